"""Rows: pictures of many shapes laid in rows of about one height that fill the width, as arithmetic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

LONGEST_ROW = 64
NARROWEST, WIDEST = 0.2, 5.0
"""Width over height of a place; pictures beyond are seen in part."""


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
        self._ratios = _within(ratios)
        self._width, self._height, self._gap = max(width, 1.0), height, gap
        self._sums = [0.0, *accumulate(self._ratios)]
        self._starts: list[int] = []
        self._tops: list[float] = []
        self._heights: list[float] = []
        self.total = self._arrange()
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

    def _arrange(self) -> float:
        """Fills rows one after another. One flat loop: it runs again for every width while a window is resized."""
        sums, count, gap, height = self._sums, len(self._ratios), self._gap, self._height
        slope, share, highest = gap / height, (self._width + gap) / height, 1.5 * height
        taken = [total + index * slope for index, total in enumerate(sums)]
        starts, tops, heights = self._starts, self._tops, self._heights
        start, top = 0, 0.0
        while start < count:
            most = min(start + LONGEST_ROW, count)
            end = bisect_left(taken, taken[start] + share, start + 1, most + 1)
            if end > most:
                end, tall = most, height if most == count else self._filled(start, most)
            else:
                room, before = self._width + gap, sums[start]
                tall = (room - (end - start) * gap) / (sums[end] - before)
                if end - 1 > start:
                    fewer = (room - (end - 1 - start) * gap) / (sums[end - 1] - before)
                    if fewer <= highest and fewer * tall < height * height:
                        end, tall = end - 1, fewer
            tall = min(tall, highest)
            starts.append(start)
            tops.append(top)
            heights.append(tall)
            start, top = end, top + tall + gap
        return max(top - gap, 0.0)

    def _filled(self, start: int, end: int) -> float:
        """The height at which pictures from `start` to `end` fill the width."""
        return (self._width - (end - start - 1) * self._gap) / (self._sums[end] - self._sums[start])


def _within(ratios: Sequence[float]) -> Sequence[float]:
    if not ratios or (min(ratios) >= NARROWEST and max(ratios) <= WIDEST):
        return ratios
    return [min(max(ratio, NARROWEST), WIDEST) for ratio in ratios]
