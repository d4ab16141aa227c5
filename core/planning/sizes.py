"""How large the picture is: checked against what the networks can do, or found for an aspect ratio."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from core.architecture import LATENT_STRIDE, UNetConfig
from core.errors import HangaError
from core.request import Request, Size

SMALLEST: Final = 64
LARGEST: Final = 8192
MOST_PIXELS: Final = 4096 * 4096
LEAST_SHARE: Final = 0.9
"""Of a model's own area, in the smallest bucket of the paper."""


def grid(unets: list[UNetConfig]) -> int:
    """Sides must be multiples of this, so that every network can halve the latent as often as it does."""
    return LATENT_STRIDE << max(len(unet.channel_mult) - 1 for unet in unets)


def picture_size(request: Request, native: Size, step: int) -> Size:
    """(width, height) of the picture. Raises HangaError request.size (nearest allowed), request.aspect,
    request.too_large."""
    if request.width is None and request.height is None:
        ratio = native[0] / native[1] if request.aspect is None else parse_aspect(request.aspect)
        width, height = sized_for(ratio, native[0] * native[1], step)
    else:
        width, height = _asked_for(request, step)
    if width * height > MOST_PIXELS:
        raise HangaError("request.too_large", width=width, height=height, most=MOST_PIXELS)
    return width, height


def _asked_for(request: Request, step: int) -> Size:
    """The sides that were named, each checked; one alone makes a square."""
    width, height = _first(request.width, request.height), _first(request.height, request.width)
    _check_side("width", width, step)
    _check_side("height", height, step)
    return width, height


def _first(*sides: int | None) -> int:
    return next(side for side in sides if side is not None)


def _check_side(name: str, side: int, step: int) -> None:
    nearest = min(max(round(side / step) * step, _shortest(step)), LARGEST)
    if side != nearest:
        raise HangaError("request.size", side=name, value=side, nearest=nearest, step=step)


def _shortest(step: int) -> int:
    """The shortest side on the grid."""
    return math.ceil(SMALLEST / step) * step


def parse_aspect(text: str) -> float:
    """Width over height of "3:2", "16x9" or "1.5"."""
    match = re.fullmatch(r"(\d{1,5}(?:\.\d{1,5})?)(?:[:x/](\d{1,5}(?:\.\d{1,5})?))?", text.strip())
    ratio = float(match[1]) / float(match[2] or 1) if match and float(match[2] or 1) else 0.0
    if not 0.1 <= ratio <= 10:
        raise HangaError("request.aspect", value=text)
    return ratio


def sized_for(ratio: float, area: int, step: int) -> Size:
    """The size on the grid whose shape comes nearest to `ratio`, among those that networks are trained on: not more
    than `area` pixels, and not a tenth less (the paper's buckets, Appendix I). Where the grid is too coarse to have
    one, the number of pixels counts as well as the shape."""
    sizes = list(_sizes_near(ratio, area, step))
    trained = [size for size in sizes if LEAST_SHARE * area <= _pixels(size) <= area]
    if trained:
        return min(trained, key=lambda size: (_stretch(size, ratio), -_pixels(size)))
    return min(sizes, key=lambda size: _stretch(size, ratio) + abs(math.log(_pixels(size) / area)))


def _sizes_near(ratio: float, area: int, step: int) -> Iterator[Size]:
    """Sizes on the grid with about that shape and area; at least one."""
    ideal, shortest = math.sqrt(area * ratio), _shortest(step)
    widths = [width for width in range(shortest, LARGEST + 1, step) if 0.5 * ideal <= width <= 2 * ideal]
    for width in widths or [min(max(round(ideal / step) * step, shortest), LARGEST)]:
        lowest = math.floor(LEAST_SHARE * area / width / step) * step
        heights = range(max(lowest, shortest), min(math.ceil(area / width) + step, LARGEST) + 1, step)
        for height in heights or [min(max(lowest, shortest), LARGEST)]:
            yield width, height


def _pixels(size: Size) -> int:
    return size[0] * size[1]


def _stretch(size: Size, ratio: float) -> float:
    """How far the shape of `size` is from `ratio`, the same for wide and tall."""
    return abs(math.log(size[0] / size[1] / ratio))
