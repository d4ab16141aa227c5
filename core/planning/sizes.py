"""How large the picture is: checked against what the networks can do, or found for an aspect ratio."""

from __future__ import annotations

import math
import re
from typing import Final

from core.architecture import LATENT_STRIDE, UNetConfig
from core.errors import HangaError
from core.request import Request, Size

SMALLEST: Final = 64
LARGEST: Final = 8192
MOST_PIXELS: Final = 4096 * 4096


def grid(unets: list[UNetConfig]) -> int:
    """Sides must be multiples of this, so that every network can halve the latent as often as it does."""
    return LATENT_STRIDE << max(len(unet.channel_mult) - 1 for unet in unets)


def picture_size(request: Request, native: Size, step: int) -> Size:
    """(width, height) of the picture. Raises HangaError request.size (nearest allowed), request.aspect."""
    if request.aspect is not None and request.width is None and request.height is None:
        return sized_for(parse_aspect(request.aspect), native[0] * native[1], step)
    width = _first(request.width, request.height, native[0])
    height = _first(request.height, request.width, native[1])
    for name, side in (("width", width), ("height", height)):
        _check_side(name, side, step)
    if width * height > MOST_PIXELS:
        raise HangaError("request.too_large", width=width, height=height, most=MOST_PIXELS)
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
    """The size on the grid whose shape comes nearest to `ratio` and that has about `area` pixels, not more than a tenth
    away from it where the grid allows (the paper's buckets, Appendix I, keep within that)."""
    ideal, shortest = math.sqrt(area * ratio), _shortest(step)
    widths = [width for width in range(shortest, LARGEST + 1, step) if 0.5 * ideal <= width <= 2 * ideal]
    sizes = [(width, max(shortest, round(area / width / step) * step)) for width in widths or [shortest]]
    return min(sizes, key=lambda size: _distance(size, ratio, area))


def _distance(size: Size, ratio: float, area: int) -> float:
    shape = abs(math.log(size[0] / size[1] / ratio))
    surplus = abs(math.log(size[0] * size[1] / area))
    return shape + 0.5 * surplus + (10.0 if surplus > math.log(1.12) else 0.0)
