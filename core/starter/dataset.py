"""Pictures as they are found: some too small, some cut. `python -m core.starter.dataset` renders them in advance.

A real collection holds small originals that were enlarged and pictures whose sides did not fit the bucket. The paper
conditions on both (section 2.2); here they are made on purpose, so that what the conditioning learns can be measured.
All sizes are (height, width), all crops (top, left), in pixels.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from PIL import Image

from core.starter.captions import caption
from core.starter.posters import render
from core.starter.scene import Scene, sample_scene
from core.starter.training import TRAINING_FOLDER

BUCKETS: Final = ((256, 256), (224, 288), (288, 224), (192, 320), (320, 192), (160, 384), (384, 160))
"""Frames (height, width) of about 256² pixels; sides are multiples of 32, what three levels of the UNet ask for."""

CAPTIONS: Final = 4
SMALL_ODDS: Final = 0.18
CROP_ODDS: Final = 0.25
SMALLEST: Final = 32
LARGEST: Final = 1024

Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A training picture: what it shows, in words too, and how it came to its frame."""

    scene: Scene
    captions: tuple[str, ...]
    original: Size
    crop: Size
    target: Size
    detail: float


def detail(pixels: NDArray[np.uint8]) -> float:
    """How much fine detail a picture [h, w, 3] has, on the scale of aesthetic scores: about 3 blurred, 6.5 crisp.

    The logarithm of the mean squared Laplacian of its brightness; the scale fits posters of 256² pixels.
    """
    return float(np.clip(6.5 + 4.2 * np.log10((1.0 + sharpness(pixels)) / 500.0), 0.0, 10.0))


def sharpness(pixels: NDArray[np.uint8]) -> float:
    """Mean squared Laplacian of the brightness of a picture [h, w, 3]."""
    grey = pixels.astype(np.float32).mean(axis=2)
    laplacian = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(np.square(laplacian).mean())


def example(target: Size, rng: np.random.Generator, held_out: bool = False) -> tuple[Example, NDArray[np.uint8]]:
    """A random example and its pixels [h, w, 3] for a frame."""
    scene = sample_scene(rng, held_out)
    whole, crop = _cut(target, rng) if rng.random() < CROP_ODDS else (target, (0, 0))
    original = _original(whole, rng)
    picture = _found(scene, original, whole, rng)
    (top, left), (height, width) = crop, target
    pixels = np.asarray(picture)[top : top + height, left : left + width]
    captions = tuple(caption(scene, rng) for _ in range(CAPTIONS))
    made = Example(scene=scene, captions=captions, original=original, crop=crop, target=target, detail=detail(pixels))
    return made, pixels


def _cut(target: Size, rng: np.random.Generator) -> tuple[Size, Size]:
    """(size before cutting, crop): the picture is longer than its frame along one axis, as after a resize to fit."""
    axis = int(rng.integers(2))
    longer = round(target[axis] * float(rng.uniform(1.1, 1.8)))
    offset = int(rng.integers(longer - target[axis] + 1))
    whole, crop = list(target), [0, 0]
    whole[axis], crop[axis] = longer, offset
    return (whole[0], whole[1]), (crop[0], crop[1])


def _original(whole: Size, rng: np.random.Generator) -> Size:
    """The size a picture had before it was resized to `whole`: mostly larger, sometimes much too small."""
    short = min(whole)
    if rng.random() < SMALL_ODDS:
        side = float(rng.uniform(SMALLEST, 0.75 * short))
    else:
        side = short * float(np.exp(rng.uniform(0.0, np.log(LARGEST / short))))
    return round(whole[0] * side / short), round(whole[1] * side / short)


def _found(scene: Scene, original: Size, whole: Size, rng: np.random.Generator) -> Image.Image:
    """The picture at `whole`; an original that is smaller is rendered small and enlarged."""
    height, width = (min(pair) for pair in zip(original, whole, strict=True))
    picture = render(scene, width, height, rng)
    return picture.resize((whole[1], whole[0]), Image.Resampling.BICUBIC)


def paths(name: str, target: Size) -> tuple[Path, Path]:
    """(pixels, words) of the pre-rendered examples of a frame."""
    stem = TRAINING_FOLDER / f"{name}-{target[0]}x{target[1]}"
    return stem.with_suffix(".npy"), stem.with_suffix(".json")


def prerender(name: str, target: Size, count: int, seed: int, held_out: bool = False) -> None:
    """Write `count` examples of a frame to the training folder: uint8 pixels [count, h, w, 3], and JSON beside them."""
    pixels_path, words_path = paths(name, target)
    pixels_path.parent.mkdir(parents=True, exist_ok=True)
    pixels = open_memmap(pixels_path, mode="w+", dtype=np.uint8, shape=(count, *target, 3))
    rng = np.random.default_rng((seed, *target))
    words: list[dict[str, Any]] = []
    for index in range(count):
        made, pixels[index] = example(target, rng, held_out)
        words.append(asdict(made))
    pixels.flush()
    words_path.write_text(json.dumps(words), encoding="utf-8")


def load_words(name: str, target: Size) -> list[Example]:
    """The examples of a frame, without their pixels."""
    rows = json.loads(paths(name, target)[1].read_text(encoding="utf-8"))
    return [_read(row) for row in rows]


def _read(row: dict[str, Any]) -> Example:
    pairs = {key: (int(row[key][0]), int(row[key][1])) for key in ("original", "crop", "target")}
    return Example(scene=Scene(**row["scene"]), captions=tuple(row["captions"]), detail=float(row["detail"]), **pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--low", type=int, default=10000, help="examples of 128 × 128 pixels")
    parser.add_argument("--square", type=int, default=2400, help="examples of 256 × 256 pixels")
    parser.add_argument("--bucket", type=int, default=320, help="examples of each other frame")
    options = parser.parse_args()
    prerender("low", (128, 128), options.low, seed=1)
    for target in BUCKETS:
        prerender("high", target, options.square if target == BUCKETS[0] else options.bucket, seed=2)


if __name__ == "__main__":
    main()
