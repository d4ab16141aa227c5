"""Writes the trained networks as the two files that ship: `python -m core.starter.export`.

Averaged weights in half precision, in the published single-file layout, each file with its own first stage.
`--preview` only draws a contact sheet from what training has reached so far.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image

from core.checkpoint.markers import GROUPS_KEY, LATENT_RGB_KEY
from core.checkpoint.save import save_checkpoint
from core.starter.dataset import BUCKETS
from core.starter.latents import colours_of_latents, standardised_vae
from core.starter.networks import Speaker
from core.starter.painter import Painter, Wish
from core.starter.recipes import BASE_UNET, BIGG, CLIP_L, REFINER_UNET
from core.starter.train_vae import CONFIG as VAE_CONFIG
from core.starter.training import TRAINING_FOLDER, averaged_weights

STARTER_FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "starter"

PROMPTS: Final = (
    "a red sailboat on a calm sea at sunset",
    "a lighthouse at night, woodblock print",
    "a blue mountain at dawn",
    "two yellow flowers in a meadow by day, linocut",
    "a small white house on the left in the snow",
    "a purple hot air balloon at sunset, screenprint",
    "a green cactus in the desert in the evening light",
    "a pink fish in the rain",
    "an orange bird on the right",
    "a red torii gate on a calm sea at dawn, ukiyo-e",
    "three red mushrooms at noon",
    "a tree",
)


def trained_base(path: Path = TRAINING_FOLDER / "base.safetensors") -> Speaker:
    return _filled(Speaker.build(BASE_UNET, BIGG, CLIP_L), path)


def trained_refiner(path: Path = TRAINING_FOLDER / "refiner.safetensors") -> Speaker:
    return _filled(Speaker.build(REFINER_UNET, BIGG, None), path)


def _filled(speaker: Speaker, path: Path) -> Speaker:
    speaker.load_state_dict(averaged_weights(path))
    return speaker.eval()


def export(folder: Path) -> None:
    """Write `base.safetensors` and `refiner.safetensors`. Raises HangaError `disk.exists` if one is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    vae, base, refiner = standardised_vae(), trained_base(), trained_refiner()
    save_checkpoint(
        folder / "base.safetensors",
        unet=base.unet,
        vae=vae,
        clip_l=base.clip_l,
        big_g=base.bigg,
        dtype=torch.float16,
        metadata=_metadata("Hanga starter"),
    )
    save_checkpoint(
        folder / "refiner.safetensors",
        unet=refiner.unet,
        vae=vae,
        big_g=refiner.bigg,
        dtype=torch.float16,
        metadata=_metadata("Hanga starter refiner"),
    )


def _metadata(title: str) -> dict[str, str]:
    colours = colours_of_latents("high", BUCKETS[0]).round(4).tolist()
    return {
        "modelspec.title": title,
        "modelspec.resolution": "256x256",
        GROUPS_KEY: str(VAE_CONFIG.groups),
        LATENT_RGB_KEY: json.dumps(colours),
    }


def preview(path: Path, side: int) -> None:
    """A contact sheet of the prompts; the refiner takes part once it has a state on disk."""
    has_refiner = (TRAINING_FOLDER / "refiner.safetensors").exists()
    painter = Painter(trained_base(), standardised_vae(), trained_refiner() if has_refiner else None)
    wishes = [Wish(prompt=prompt, seed=seed, size=(side, side)) for seed, prompt in enumerate(PROMPTS)]
    pictures = painter.paint(wishes)
    rows = [np.concatenate(list(pictures[start : start + 4]), axis=1) for start in range(0, len(pictures), 4)]
    Image.fromarray(np.concatenate(rows)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=STARTER_FOLDER)
    parser.add_argument("--preview", type=Path, help="write a contact sheet here and export nothing")
    parser.add_argument("--side", type=int, default=256)
    options = parser.parse_args()
    if options.preview is not None:
        preview(options.preview, options.side)
    else:
        export(options.folder)


if __name__ == "__main__":
    main()
