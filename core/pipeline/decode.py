"""Latents to pixels, whatever it takes: tiled where memory runs out, in a wider type where numbers run out of range."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import events
from core.errors import HangaError
from core.events import Event
from core.memory.heap import give_back
from core.memory.lodgings import device_of
from core.models.tiling import decode_tiled
from core.pipeline.ladder import Ladder
from core.pipeline.networks import torch_dtype
from core.plan import BASE, Plan
from core.residency import VAE

NOTE_WIDER: Final = "note.decoded_wider"

Pixels = NDArray[np.uint8]


def decode(latents: Tensor, ladder: Ladder) -> Generator[Event, None, Pixels]:
    """Yields an event for every fallback; returns the pixels [H, W, 3].

    `latents` [1, 4, h, w] are scaled. Raises HangaError memory.decode when there is no fallback left, and
    engine.not_finite or engine.blank_picture rather than return a picture that is none.
    """
    dtype = torch_dtype(ladder.plan.vae_dtype)
    for attempt in dict.fromkeys((dtype, torch.float32)):
        if attempt is not dtype:
            yield events.StageStarted(job=ladder.job, stage=events.DECODE, note=NOTE_WIDER)
        pixels = yield from ladder.attempts(events.DECODE, partial(_decoded, latents, attempt, ladder))
        if pixels is not None:
            return pixels
    raise HangaError("engine.not_finite", stage="decode")


def _decoded(latents: Tensor, dtype: torch.dtype, ladder: Ladder, plan: Plan) -> Pixels | None:
    """None where a number left the range of the type."""
    if not torch.isfinite(latents).all():
        raise HangaError("engine.not_finite", stage="latents")
    vae = ladder.networks.vae(plan, dtype, ladder.check)
    unscaled = (latents.to(device_of(plan, BASE, VAE)) / vae.config.scale).to(dtype)
    tile = plan.residency.tile
    give_back()  # what the steps left would lie beside the largest tensors of all
    pixels = vae.decode(unscaled) if tile is None else decode_tiled(vae.decode, unscaled, tile)
    return finished(pixels) if torch.isfinite(pixels).all() else None


def finished(pixels: Tensor) -> Pixels:
    """Eight bits, rows first. Raises HangaError engine.blank_picture if all of it is one shade."""
    shades = ((pixels[0].float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    picture: Pixels = shades.permute(1, 2, 0).cpu().numpy()
    if np.ptp(picture) == 0:
        raise HangaError("engine.blank_picture")
    return picture
