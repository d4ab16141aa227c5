"""The search line as a question: words, and terms such as `rating:4`, `tag:night`, `collection:"Harbour series"`.

Terms are read from the line and written into it again, so that the filters beside the pictures and the line always say
the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from core.engine import Query

if TYPE_CHECKING:
    from core.engine import ModelSeen

RATING: Final = "rating"
TAG: Final = "tag"
MODEL: Final = "model"
SEED: Final = "seed"
COLLECTION: Final = "collection"
IS: Final = "is"
REJECTED: Final = "rejected"
MISSING: Final = "missing"

BEST: Final = 5
LARGEST_SEED: Final = 2**64 - 1

_TERM: Final = re.compile(
    r"(?<![^\s])(?P<key>rating|tag|model|seed|collection|is)[:：](?:\"(?P<quoted>[^\"]*)\"?|(?P<bare>[^\s\"]*))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Term:
    key: str
    value: str

    def __str__(self) -> str:
        plain = self.value and not re.search(r"[\s\"]", self.value)
        return f"{self.key}:{self.value}" if plain else f'{self.key}:"{self.value.replace(chr(34), "")}"'


@dataclass(frozen=True)
class Place:
    """A term of the line that means something, from `start` to `end`."""

    start: int
    end: int
    term: Term


def terms(line: str) -> list[Place]:
    """The terms of a line that can be understood; all else is words."""
    return list(_places(line))


def parse(line: str) -> Query:
    """What a line asks for. Of several ratings, seeds, models or collections the last one counts; tags must all be
    there. A term that makes no sense (`rating:9`) is words, so any line at all is a question."""
    members: dict[str, Any] = {}
    words, end = [], 0
    for place in terms(line):
        words.append(line[end : place.start])
        end = place.end
        members = _with(members, place.term)
    words.append(line[end:])
    return Query(text="".join(words).strip(), **members)


def resolved(query: Query, seen: Iterable[ModelSeen]) -> Query:
    """With the model by the name that the library knows: one may leave its ending away, or type its beginning."""
    if query.model is None:
        return query
    asked = query.model.casefold()
    names = [model.name for model in seen]
    ways = (
        lambda name: name == asked,
        lambda name: PurePath(name).stem == asked,
        lambda name: name.startswith(asked),
        lambda name: asked in name,
    )
    found = (name for way in ways for name in names if way(name.casefold()))
    return replace(query, model=next(found, query.model))


def toggled(line: str, term: Term) -> str:
    """The line with `term`, or without it if it is there; a key that can stand once takes the place of another."""
    there = [place for place in terms(line) if place.term.key == term.key]
    same = [place for place in there if place.term.value.casefold() == term.value.casefold()]
    gone = same or ([] if term.key in (TAG, IS) else there)
    for place in reversed(gone):
        line = line[: place.start] + line[place.end :]
    return " ".join(filter(None, (line.strip(), "" if same else str(term))))


def _places(line: str) -> Iterator[Place]:
    for match in _TERM.finditer(line):
        value = match["bare"] if match["quoted"] is None else match["quoted"]
        term = _understood(match["key"].lower(), value.strip())
        if term is not None:
            yield Place(match.start(), match.end(), term)


def _understood(key: str, value: str) -> Term | None:
    if key == RATING:
        stars = value.lstrip("≥>=")
        return Term(key, stars) if stars.isascii() and stars.isdigit() and 0 <= int(stars[:3]) <= BEST else None
    if key == SEED:
        known = value.isascii() and value.isdigit() and len(value) <= 20 and int(value) <= LARGEST_SEED
        return Term(key, value) if known else None
    if key == IS:
        return Term(key, value.lower()) if value.lower() in (REJECTED, MISSING) else None
    return Term(key, value) if value else None


def _with(members: dict[str, Any], term: Term) -> dict[str, Any]:
    if term.key in (RATING, SEED):
        return members | {term.key: int(term.value)}
    if term.key == TAG:
        return members | {"tags": (*members.get("tags", ()), term.value)}
    if term.key == IS:
        return members | {term.value: True}
    return members | {term.key: term.value}
