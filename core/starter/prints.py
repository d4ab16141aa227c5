"""What the press does to a picture: wood grain, carved dashes and halftone dots.

Every mark has a broad part, which a small autoencoder can carry, and a fine part, which a refiner can add.
Lengths are in shares of the frame's shorter side, so that a print looks alike at every size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.starter.palettes import PAPER, Colour

Pixels = NDArray[np.float32]


def noise(rng: np.random.Generator, height: int, width: int, cells_y: float, cells_x: float) -> Pixels:
    """Smooth noise [height, width] in about -1…1 with the given number of cells along each axis."""
    coarse = rng.uniform(-1.0, 1.0, (max(2, round(cells_y)), max(2, round(cells_x)))).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def wood_grain(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Long horizontal streaks of the grain on pixels [h, w, 3], faint and broad enough for a small first stage."""
    height, width = pixels.shape[:2]
    unit = min(height, width)
    grain = noise(rng, height, width, 24 * height / unit, 2.5 * width / unit)
    return pixels * (1.0 + 0.05 * grain)[..., None]


def carve(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    unit: float,
    ink: Colour,
    rng: np.random.Generator,
) -> None:
    """Rows of short carved dashes in `box` (left, top, right, bottom; pixels of the canvas)."""
    left, top, right, bottom = box
    pitch = 0.044 * unit
    for row in range(int((bottom - top) / pitch)):
        y = top + (row + 0.5) * pitch
        x = left + float(rng.uniform(0.0, 0.2)) * unit
        while x < right:
            length = float(rng.uniform(0.03, 0.12)) * unit
            half = 0.0075 * unit
            belly = x + 0.3 * length
            draw.polygon([(x, y), (belly, y - half), (x + length, y), (belly, y + half)], fill=ink)
            x += length + float(rng.uniform(0.06, 0.30)) * unit


def halftone(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], unit: float, ink: Colour) -> None:
    """A staggered field of dots over `box`, shrinking from its top to nothing at its bottom."""
    left, top, right, bottom = box
    pitch = 0.048 * unit
    rows = max(1, int((bottom - top) / (0.5 * pitch)))
    for row in range(rows):
        radius = 0.40 * pitch * (1.0 - row / rows)
        y = top + (row + 0.5) * 0.5 * pitch
        x = left + (0.5 * pitch if row % 2 else 0.0)
        while x < right:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
            x += pitch


def frame(draw: ImageDraw.ImageDraw, width: int, height: int, rng: np.random.Generator) -> None:
    """The unprinted edge of the paper, with the hand's small unevenness."""
    margin = 0.045 * min(width, height)
    jitter = rng.uniform(0.9, 1.15, 4) * margin
    options: dict[str, Any] = {"fill": PAPER}
    draw.rectangle((0, 0, width, jitter[0]), **options)
    draw.rectangle((0, height - jitter[1], width, height), **options)
    draw.rectangle((0, 0, jitter[2], height), **options)
    draw.rectangle((width - jitter[3], 0, width, height), **options)
