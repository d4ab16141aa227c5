"""Rows: pictures of many shapes laid in rows of about one height that fill the width, as arithmetic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_ROW = 64
NARROWEST, WIDEST = 0.2, 5.0
"""Width over height of a place; pictures beyond are seen in part."""
HIGHEST = 1.5
"""Times the usual height, for a row."""


@dataclass(frozen=True)
class Place:
    x: float
    y: float
    width: float
    height: float


class Rows:
    """Places of pictures whose width over height is `ratios`, in a column `width` wide. No row is higher than 1.5 ×
    `height` or lower than about half of it; the last one keeps the height of the others.
    """

    def __init__(self, ratios: Sequence[float], width: float, height: float, gap: float) -> None:
        self._ratios: list[float] = []
        self._sums = [0.0]
        self._width, self._height, self._gap = max(width, 1.0), height, gap
        self._starts: list[int] = []
        self._tops: list[float] = []
        self._heights: list[float] = []
        self.total = self._arrange(ratios) if len(ratios) else 0.0
        """Height of all rows."""

    def __len__(self) -> int:
        return len(self._ratios)

    def place(self, index: int) -> Place:
        row = self.row_of(index)
        first, height = self._starts[row], self._heights[row]
        x = (self._sums[index] - self._sums[first]) * height + (index - first) * self._gap
        return Place(x, self._tops[row], self._ratios[index] * height, height)

    def between(self, top: float, bottom: float) -> range:
        """Indices of the pictures of which something lies between two heights."""
        if not self._starts:
            return range(0)
        first = max(bisect_right(self._tops, top) - 1, 0)
        last = max(bisect_left(self._tops, bottom) - 1, 0)
        return range(self._starts[first], self._end(last))

    def at(self, x: float, y: float) -> int | None:
        """The picture at a point."""
        for index in self.between(y, y + 0.001):
            place = self.place(index)
            if place.x <= x < place.x + place.width and place.y <= y < place.y + place.height:
                return index
        return None

    def above_or_below(self, index: int, rows: int) -> int:
        """The picture `rows` further down (or up, if negative) that lies nearest to the middle of `index`."""
        place = self.place(index)
        row = min(max(self.row_of(index) + rows, 0), len(self._starts) - 1)
        middle = place.x + place.width / 2
        return min(range(self._starts[row], self._end(row)), key=lambda each: abs(self._middle(each) - middle))

    def row_of(self, index: int) -> int:
        return bisect_right(self._starts, index) - 1

    def _middle(self, index: int) -> float:
        place = self.place(index)
        return place.x + place.width / 2

    def _end(self, row: int) -> int:
        return self._starts[row + 1] if row + 1 < len(self._starts) else len(self._ratios)

    def _arrange(self, ratios: Sequence[float]) -> float:
        """Says for each picture at once what a row would be that begins with it, then goes from row to row: it runs
        again for every width while a window is resized."""
        import numpy as np  # Here, not above: a window without pictures does without.

        within = np.clip(np.asarray(ratios, dtype=float), NARROWEST, WIDEST)
        sums = np.concatenate(([0.0], np.cumsum(within)))
        self._ratios, self._sums = within.tolist(), sums.tolist()
        gap, height, count = self._gap, self._height, len(within)
        first = np.arange(count)
        most = np.minimum(first + LONGEST_ROW, count)
        taken = sums + np.arange(count + 1) * (gap / height)
        end = np.clip(np.searchsorted(taken, taken[:-1] + (self._width + gap) / height), first + 1, most + 1)

        def filled(last: Any) -> Any:
            """The height at which pictures from `first` to `last` fill the width."""
            return (self._width - (last - first - 1) * gap) / (sums[last] - sums[first])

        over, end = end > most, np.minimum(end, most)
        tall, fewer = filled(end), filled(np.maximum(end - 1, first + 1))
        shorter = ~over & (end - 1 > first) & (fewer <= HIGHEST * height) & (fewer * tall < height * height)
        tall = np.where(over & (most == count), height, np.where(shorter, fewer, tall))
        self._starts = _chain(np.where(shorter, end - 1, end).tolist())
        heights = np.minimum(tall[self._starts], HIGHEST * height)
        bottoms = np.cumsum(heights + gap)
        self._heights, self._tops = heights.tolist(), [0.0, *bottoms[:-1].tolist()]
        return max(float(bottoms[-1]) - gap, 0.0)


def _chain(ends: list[int]) -> list[int]:
    """Where rows start, when the row that starts with a picture ends at its entry of `ends`."""
    starts, start = [], 0
    while start < len(ends):
        starts.append(start)
        start = ends[start]
    return starts
