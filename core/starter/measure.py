"""Each claim of the paper, tried on the starter. `python -m core.starter.measure` writes numbers and model card.

The shipped files are measured, not the training states. Every picture is 256² or a bucket, 25 Euler steps, guidance 4.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from core.starter.captions import NOUNS, TIMES
from core.starter.card import write_card
from core.starter.dataset import BUCKETS, Size, sharpness
from core.starter.export import STARTER_FOLDER
from core.starter.judge import judge, rendered, trained_judge
from core.starter.painter import Painter, Wish
from core.starter.palettes import PIGMENTS
from core.starter.posters import render
from core.starter.scene import Scene, sample_scene
from core.starter.shipped import shipped_painter

Pictures = NDArray[np.uint8]

BATCH: Final = 8
ORIGINALS: Final = (48, 64, 96, 128, 192, 256, 512)
CROPS: Final = (0, 48, 96)
WIDER: Final = (256, 352)
"""What a frame of 256² is cut from when all of it that is left is cut on one side."""
COLOUR_REACH: Final = 70.0
"""Pixels nearer than this to a pigment (Euclidean, of 255) count as the subject's."""

FINE_BANDS: Final = ((0.0625, 0.125), (0.125, 0.25), (0.25, 0.5))
"""Octaves of spatial frequency in cycles per pixel, from broad to fine."""


def paint(painter: Painter, wishes: Sequence[Wish]) -> Pictures:
    """Pictures of many wishes of one size, a few at a time."""
    parts = [painter.paint(wishes[start : start + BATCH]) for start in range(0, len(wishes), BATCH)]
    return np.concatenate(parts)


def prompt_of(scene: Scene) -> str:
    """The plain words for subject, colour and time of day."""
    noun = NOUNS[scene.subject][0][0]
    article = "an" if scene.colour[0] in "aeiou" else "a"
    return f"{article} {scene.colour} {noun} {TIMES[scene.time][0]}"


def following(painter: Painter, count: int) -> dict[str, Any]:
    """How often subject, colour and time of day are what the prompt says, for learned and for held-out combinations."""
    network = trained_judge()
    found: dict[str, Any] = {}
    for name, held_out in (("learned", False), ("held_out", True)):
        rng = np.random.default_rng(11)
        scenes = [sample_scene(rng, held_out) for _ in range(count)]
        pictures = paint(painter, [Wish(prompt=prompt_of(scene), seed=seed) for seed, scene in enumerate(scenes)])
        found[name] = judge(network, pictures, scenes)._asdict()
        found[f"{name}_rendered"] = judge(network, *rendered(400, held_out, seed=12))._asdict()
    return found | {"pictures": count}


def sharpness_by_original(painter: Painter, count: int) -> dict[str, float]:
    """Median squared Laplacian of pictures told that their originals had sides of so many pixels; same seeds."""
    prompts = _plain_prompts(count)
    medians: dict[str, float] = {}
    for side in ORIGINALS:
        wishes = [Wish(prompt=prompt, seed=seed, original=(side, side)) for seed, prompt in enumerate(prompts)]
        medians[str(side)] = float(np.median([sharpness(one) for one in paint(painter, wishes)]))
    return medians


def shift_by_crop(painter: Painter, count: int) -> dict[str, float]:
    """Mean horizontal place of the subject, as a share of the width, in pictures told to be cropped on the left from
    one that was as much wider as the largest of the crops."""
    scene = Scene(subject="balloon", colour="red", time="day")
    places: dict[str, float] = {}
    for left in CROPS:
        wishes = [Wish(prompt=prompt_of(scene), seed=seed, original=WIDER, crop=(0, left)) for seed in range(count)]
        found = [place(one, scene.colour)[0] for one in paint(painter, wishes)]
        places[str(left)] = float(np.nanmean(found))
    return places


def proportions_by_bucket(painter: Painter, count: int) -> dict[str, dict[str, float]]:
    """Width over height of a subject in every bucket, painted and rendered."""
    scene = Scene(subject="balloon", colour="red", time="day")
    return {
        f"{width} × {height}": {
            "painted": _proportion(
                paint(painter, [Wish(prompt=prompt_of(scene), seed=s, size=(height, width)) for s in range(count)]),
                scene.colour,
            ),
            "rendered": _proportion(_renderings([scene] * count, (height, width)), scene.colour),
        }
        for height, width in BUCKETS
    }


def _proportion(pictures: Pictures, colour: str) -> float:
    """Median width over height of what has the colour."""
    spreads = [place(one, colour)[2:] for one in pictures]
    return float(np.nanmedian([width / height for width, height in spreads]))


def place(picture: Pictures, colour: str) -> tuple[float, float, float, float]:
    """(x, y, width, height) of the pixels of a pigment: centre as shares of the frame, spread (two deviations each
    way) in pixels. Not numbers where there are none."""
    distance = np.linalg.norm(picture.astype(float) - np.asarray(PIGMENTS[colour], float), axis=-1)
    ys, xs = np.nonzero(distance < COLOUR_REACH)
    if len(xs) < 16:
        return (np.nan,) * 4
    height, width = picture.shape[:2]
    return float(xs.mean()) / width, float(ys.mean()) / height, 4 * float(xs.std()), 4 * float(ys.std())


def texture_by_refiner(painter: Painter, count: int) -> dict[str, Any]:
    """Energy in octaves of spatial frequency: of rendered posters, and of pictures without and with the refiner."""
    rng = np.random.default_rng(21)
    scenes = [sample_scene(rng) for _ in range(count)]
    wishes = [Wish(prompt=f"{prompt_of(one)}, {one.style}", seed=seed) for seed, one in enumerate(scenes)]
    alone = Painter(painter.base, painter.vae, None, painter.steps)
    return {
        "rendered": spectrum(_renderings(scenes, (256, 256))),
        "base": spectrum(paint(alone, wishes)),
        "refined": spectrum(paint(painter, wishes)),
    }


def spectrum(pictures: Pictures) -> list[float]:
    """Mean energy of pictures [N, h, w, 3] in each of `FINE_BANDS`, in decibels."""
    grey = pictures.astype(float).mean(axis=-1)
    window = np.outer(np.hanning(grey.shape[1]), np.hanning(grey.shape[2]))
    power = np.square(np.abs(np.fft.fft2((grey - grey.mean((1, 2), keepdims=True)) * window))).mean(axis=0)
    radius = np.hypot(*np.meshgrid(np.fft.fftfreq(grey.shape[1]), np.fft.fftfreq(grey.shape[2]), indexing="ij"))
    return [float(10 * np.log10(power[(radius >= low) & (radius < high)].mean())) for low, high in FINE_BANDS]


def first_stage(painter: Painter, count: int) -> dict[str, float]:
    """Peak signal-to-noise ratio in decibels of rendered posters encoded and decoded again."""
    pictures, _ = rendered(count, held_out=True, seed=31, side=256)
    pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        again = torch.cat([painter.vae.decode(painter.vae.encode(one[None])[0]) for one in pixels]).clamp(-1, 1)
    return {"psnr": float((-10 * ((again - pixels) / 2).square().mean((1, 2, 3)).log10()).mean())}


def _renderings(scenes: Sequence[Scene], size: Size) -> Pictures:
    height, width = size
    return np.stack(
        [np.asarray(render(scene, width, height, np.random.default_rng(i))) for i, scene in enumerate(scenes)]
    )


def _plain_prompts(count: int) -> list[str]:
    rng = np.random.default_rng(41)
    return [prompt_of(sample_scene(rng)) for _ in range(count)]


@dataclass(frozen=True)
class Experiment:
    """One question: its name in the results, how many pictures each answer takes at least, and how to answer it."""

    name: str
    count: int
    measure: Callable[[Painter, int], Any]


EXPERIMENTS: Final = (
    Experiment("first_stage", 24, first_stage),
    Experiment("following", 96, following),
    Experiment("sharpness_by_original", 8, sharpness_by_original),
    Experiment("shift_by_crop", 8, shift_by_crop),
    Experiment("proportions_by_bucket", 4, proportions_by_bucket),
    Experiment("texture_by_refiner", 24, texture_by_refiner),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=STARTER_FOLDER)
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of pictures")
    parser.add_argument("--only", choices=[one.name for one in EXPERIMENTS])
    options = parser.parse_args()
    results_path = options.folder / "measurements.json"
    results = json.loads(results_path.read_text(encoding="utf-8")) if results_path.exists() else {}
    painter = shipped_painter(options.folder)
    for one in EXPERIMENTS:
        if options.only in (None, one.name):
            results[one.name] = one.measure(painter, max(2, round(one.count * options.share)))
            print(f"{one.name}: {json.dumps(results[one.name])}", flush=True)
            results_path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    write_card(options.folder, results)


if __name__ == "__main__":
    main()
