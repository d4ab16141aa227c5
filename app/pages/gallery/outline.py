"""Outline: all pictures that a question found, as the grid wants them; made in the engine's thread."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import eq
from typing import Any

from app.widgets.picture_model import Album, PictureRow, runs
from core.engine import Glance

Describe = Callable[[Glance], str]
"""What a picture is, for who cannot see it."""


class Outline(Album):
    """A hundred thousand pictures take a few megabytes; rows are made where one looks."""

    def __init__(self, glances: Iterable[Glance], describe: Describe = lambda glance: "") -> None:
        self._glances = list(glances)
        self._describe = describe
        self._ratios = array("d", (glance.width / max(glance.height, 1) for glance in self._glances))
        self._ids = [glance.id for glance in self._glances]
        self._places = {picture: place for place, picture in enumerate(self._ids)}
        self._ratings: dict[int, int] = {}
        self._rejections: dict[int, bool] = {}
        """What was done to pictures since: see `mark`."""

    @property
    def ratios(self) -> Sequence[float]:
        return self._ratios

    def __len__(self) -> int:
        return len(self._glances)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self._row(self.glance(each)) for each in range(len(self))[place]]
        return self._row(self.glance(place))

    def identity(self, row: int) -> str:
        return str(self._ids[row])

    def find(self, identity: str) -> int | None:
        return self._places.get(int(identity))

    def place(self, picture: int) -> int | None:
        return self._places.get(picture)

    def pictures(self, places: range) -> list[int]:
        """Which are at places that follow each other."""
        return self._ids[places.start : places.stop]

    def where(self, places: Sequence[range], before: Album) -> list[range]:
        assert isinstance(before, Outline)
        if self._ids == before._ids:
            return list(places)
        pictures = chain.from_iterable(map(before.pictures, places))
        return runs(sorted(place for place in map(self._places.get, pictures) if place is not None))

    def glance(self, place: int) -> Glance:
        glance = self._glances[place]
        if not self._ratings and not self._rejections:
            return glance
        return glance._replace(
            rating=self._ratings.get(glance.id, glance.rating),
            rejected=self._rejections.get(glance.id, glance.rejected),
        )

    def shows_the_same(self, glances: Sequence[Glance]) -> bool:
        """Takes a while where there are very many: not for the window's thread."""
        return len(self) == len(glances) and all(map(eq, map(self.glance, range(len(self))), glances))

    def mark(self, pictures: Iterable[int], rating: int | None = None, rejected: bool | None = None) -> None:
        """Show another rating or rejection at once. It is only noted here, and looked up where one looks, so that a
        hundred thousand pictures are marked as soon as one."""
        if rating is not None:
            self._ratings.update(dict.fromkeys(pictures, rating))
        if rejected is not None:
            self._rejections.update(dict.fromkeys(pictures, rejected))

    def _row(self, glance: Glance) -> PictureRow:
        words = self._describe(glance)
        return PictureRow(str(glance.id), glance.width, glance.height, glance.rating, glance.rejected, words)
