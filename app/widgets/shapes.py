"""Shapes of pictures: the sizes a model was trained on, what people call them, and how they are grouped."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from app.sentences import RESOURCES
from core.request import Size

GROUPS = ((0.5, "very_tall"), (0.88, "tall"), (1.14, "square"), (2.0, "wide"), (math.inf, "very_wide"))
"""Up to which width over height a group reaches, and its name."""

NEAR_ENOUGH = 0.035
"""How far a shape may be from a familiar ratio, as a logarithm, and still be called by it."""

LARGEST_PART = 20
"""Of a ratio that is not familiar: larger numbers say nothing."""


@dataclass(frozen=True)
class Limits:
    """What a size must keep to: sides on a grid of `step` pixels, from `least` to `most`."""

    step: int = 64
    least: int = 256
    most: int = 2048

    def snap(self, side: float) -> int:
        """The nearest side that is allowed."""
        first, last = math.ceil(self.least / self.step), self.most // self.step
        return min(max(round(side / self.step), first), last) * self.step


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((RESOURCES / "presets" / "shapes.json").read_text("utf-8"))
    return data


def trained_sizes(native: Size, step: int) -> list[Size]:
    """The paper's 40 sizes for a model whose own size is `native`, from tall to wide; fewer on a coarse grid."""
    return _scaled(_data()["sizes"], native, step)


def usual_favourites(native: Size, step: int) -> list[Size]:
    return _scaled(_data()["favourites"], native, step)


def _scaled(sizes: Iterable[list[int]], native: Size, step: int) -> list[Size]:
    paper = _data()["native"]
    share = math.sqrt(native[0] * native[1] / (paper[0] * paper[1]))
    snapped = ((max(round(w * share / step), 1) * step, max(round(h * share / step), 1) * step) for w, h in sizes)
    return sorted(dict.fromkeys(snapped), key=tall_to_wide)


def tall_to_wide(size: Size) -> tuple[float, int]:
    return size[0] / size[1], size[0]


def grouped(sizes: Iterable[Size]) -> Iterator[tuple[str, list[Size]]]:
    """(name of the group, its sizes) from tall to wide."""
    for name, members in groupby(sorted(sizes, key=tall_to_wide), key=group_of):
        yield name, list(members)


def group_of(size: Size) -> str:
    ratio = size[0] / size[1]
    return next(name for most, name in GROUPS if ratio <= most)


def names(trained: Iterable[Size], own: Iterable[Size] = ()) -> dict[Size, str]:
    """What each of these shapes is called, no two the same. Of those that are near one familiar ratio the nearest is
    called by it, and those that a model was trained on come before an artist's `own`."""
    taken: dict[str, Size] = {}
    for size in dict.fromkeys((*sorted(trained, key=_from_familiar), *own)):
        taken[next(name for name in _names_of(size) if name not in taken)] = size
    return {size: name for name, size in taken.items()}


def ratio_name(size: Size) -> str:
    """What people call the shape when it is alone: "3:2", say, for 1216 × 832; else the sides in lowest terms."""
    return next(_names_of(size))


def _names_of(size: Size) -> Iterator[str]:
    """The most familiar first; the last is of this size alone."""
    turned = size[0] > size[1]
    ratio = min(size) / max(size)
    name = _familiar(ratio)
    if _apart(name, ratio) <= NEAR_ENOUGH:
        yield _turned(name) if turned else name
    from fractions import Fraction  # Here, not above: hardly any shape is without a familiar name.

    fraction = Fraction(ratio).limit_denominator(LARGEST_PART)
    name = f"{fraction.numerator}:{fraction.denominator}"
    yield _turned(name) if turned else name
    yield f"{size[0]}×{size[1]}"


def _from_familiar(size: Size) -> float:
    ratio = min(size) / max(size)
    return _apart(_familiar(ratio), ratio)


def _familiar(ratio: float) -> str:
    ratios: list[str] = _data()["familiar_ratios"]
    return min(ratios, key=lambda each: _apart(each, ratio))


def _turned(name: str) -> str:
    return ":".join(reversed(name.split(":")))


def _apart(name: str, ratio: float) -> float:
    short, long = map(int, name.split(":"))
    return abs(math.log(short / long / ratio))
