"""The two files that ship, loaded as any checkpoint is, for measuring."""

from __future__ import annotations

from pathlib import Path

import torch

from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.load import load_big_g, load_clip_l, load_unet, load_vae
from core.starter.networks import Speaker
from core.starter.painter import Painter

CPU = torch.device("cpu")


def shipped_painter(folder: Path) -> Painter:
    """Base, refiner and first stage from `folder`, in float32. Errors as those of `core.checkpoint`."""
    base, refiner = (describe(folder / f"{name}.safetensors") for name in ("base", "refiner"))
    vae, _ = load_vae(base, torch.float32, CPU)
    return Painter(_speaker(base), vae.eval(), _speaker(refiner))


def _speaker(checkpoint: Checkpoint) -> Speaker:
    unet, _ = load_unet(checkpoint, torch.float32, CPU)
    bigg, _ = load_big_g(checkpoint, torch.float32, CPU)
    clip_l = load_clip_l(checkpoint, torch.float32, CPU)[0] if checkpoint.clip_l is not None else None
    return Speaker(unet, bigg, clip_l).eval()
