"""Outline: all pictures that a question found, as the grid wants them; made in the engine's thread."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.widgets.picture_model import Album, PictureRow
from core.engine import Glance

Describe = Callable[[Glance], str]
"""What a picture is, for who cannot see it."""


class Outline(Album):
    """A hundred thousand pictures take a few megabytes; rows are made where one looks."""

    def __init__(self, glances: Iterable[Glance], describe: Describe = lambda glance: "") -> None:
        self._glances = list(glances)
        self._describe = describe
        self._ratios = array("d", (glance.width / max(glance.height, 1) for glance in self._glances))
        self._places = {glance.id: place for place, glance in enumerate(self._glances)}

    @property
    def ratios(self) -> Sequence[float]:
        return self._ratios

    def __len__(self) -> int:
        return len(self._glances)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self._row(glance) for glance in self._glances[place]]
        return self._row(self._glances[place])

    def identity(self, row: int) -> str:
        return str(self._glances[row].id)

    def find(self, identity: str) -> int | None:
        return self._places.get(int(identity))

    def place(self, picture: int) -> int | None:
        return self._places.get(picture)

    def glance(self, place: int) -> Glance:
        return self._glances[place]

    def shows_the_same(self, glances: Sequence[Glance]) -> bool:
        return self._glances == glances

    def mark(self, picture: int, rating: int | None = None, rejected: bool | None = None) -> int | None:
        """Show another rating or rejection at once; where the picture is."""
        place = self._places.get(picture)
        if place is not None:
            known = self._glances[place]
            self._glances[place] = known._replace(
                rating=known.rating if rating is None else rating,
                rejected=known.rejected if rejected is None else rejected,
            )
        return place

    def _row(self, glance: Glance) -> PictureRow:
        words = self._describe(glance)
        return PictureRow(str(glance.id), glance.width, glance.height, glance.rating, glance.rejected, words)
