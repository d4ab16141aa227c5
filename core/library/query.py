"""What an artist may ask of the library, and the pages that it answers with. How they are found: `selecting`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from core.request import Size

if TYPE_CHECKING:  # a question can be asked before there is anything that knows pictures
    from core.library.catalogue import Picture

NEWEST: Final = "newest"
OLDEST: Final = "oldest"
BEST: Final = "best"
NAME: Final = "name"

Cursor = tuple[int | str, int]
"""Where a page ends."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """All of it must hold; what is None or empty is not asked. `text`: see `core.library.search.question`.

    `since` is included, `until` is not. `model`: name or SHA-256 of a checkpoint, refiner or LoRA. `order`: NEWEST,
    OLDEST, BEST (by rating, then newest) or NAME.
    """

    text: str = ""
    rating: int = 0
    """At least."""
    rejected: bool | None = None
    missing: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    size: Size | None = None
    model: str | None = None
    seed: int | None = None
    tags: tuple[str, ...] = ()
    collection: str | None = None
    order: str = NEWEST


@dataclass(frozen=True)
class Page:
    """`after`: what to ask the next page with, None when this is the last one."""

    pictures: tuple[Picture, ...]
    after: Cursor | None


class Glance(NamedTuple):
    """As much of a picture as its place among others takes. `missing`: its file is not where it was."""

    id: int
    width: int
    height: int
    rating: int
    rejected: bool
    missing: bool


@dataclass(frozen=True)
class Glances:
    """`after`: what to ask those that follow with, None when these are the last ones."""

    glances: tuple[Glance, ...]
    after: Cursor | None
