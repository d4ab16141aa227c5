"""Which pictures an artist wants to see, in which order, a page at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from core.library.catalogue import COLUMNS, SECOND, THERE, Picture, picture_from
from core.library.labels import COLLECTION, TAG
from core.library.search import folded, question
from core.request import Size

NEWEST: Final = "newest"
OLDEST: Final = "oldest"
BEST: Final = "best"
NAME: Final = "name"

Cursor = tuple[int | str, int]
"""Where a page ends."""

Condition = tuple[str, tuple[Any, ...]]


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


@dataclass(frozen=True)
class Order:
    """`column` decides, and then the id, which goes along with it."""

    column: str
    descending: bool

    def condition(self, after: Cursor) -> Condition:
        beyond = "<" if self.descending else ">"
        return f"({self.column}, pictures.id) {beyond} (?, ?)", after

    @property
    def sql(self) -> str:
        way = "DESC" if self.descending else "ASC"
        return f"{self.column} {way}, pictures.id {way}"


ORDERS: Final = {
    NEWEST: Order("pictures.id", True),
    OLDEST: Order("pictures.id", False),
    BEST: Order("pictures.rating", True),
    NAME: Order("pictures.path", False),
}


def page(connection: sqlite3.Connection, root: Path, query: Query, limit: int, after: Cursor | None) -> Page:
    """The pictures after the cursor; pages neither repeat nor skip any when pictures come and go meanwhile."""
    order = ORDERS[query.order]
    source, conditions = _compiled(query)
    if after is not None:
        conditions.append(order.condition(after))
    where, values = _joined(conditions)
    column = order.column.partition(".")[2]
    sql = f"SELECT {COLUMNS} FROM {source} JOIN texts ON texts.picture = pictures.id WHERE {where} ORDER BY {order.sql}"
    rows = connection.execute(f"{sql} LIMIT ?", (*values, limit + 1)).fetchall()
    cursor = (rows[limit - 1][column], rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(tuple(picture_from(root, row) for row in rows[:limit]), cursor)


def count(connection: sqlite3.Connection, query: Query) -> int:
    source, conditions = _compiled(query)
    where, values = _joined(conditions)
    (number,) = connection.execute(f"SELECT count(*) FROM {source} WHERE {where}", values).fetchone()
    return int(number)


def ids(connection: sqlite3.Connection, query: Query) -> list[int]:
    """Of all pictures, in order."""
    source, conditions = _compiled(query)
    where, values = _joined(conditions)
    order = ORDERS[query.order].sql
    return [
        row[0] for row in connection.execute(f"SELECT pictures.id FROM {source} WHERE {where} ORDER BY {order}", values)
    ]


def _joined(conditions: list[Condition]) -> tuple[str, tuple[Any, ...]]:
    where = " AND ".join(sql for sql, _ in conditions) or "true"
    return where, tuple(value for _, values in conditions for value in values)


def _compiled(query: Query) -> tuple[str, list[Condition]]:
    match = question(query.text)
    conditions = [*_simple(query), *_sets(query)]
    if match.unwanted:
        conditions.append(("pictures.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", (match.unwanted,)))
    if not match.wanted:
        return "pictures", conditions
    conditions.append(("words MATCH ?", (match.wanted,)))
    return "words JOIN pictures ON pictures.id = words.rowid", conditions


def _simple(query: Query) -> Iterator[Condition]:
    if query.rating:
        yield "rating >= ?", (query.rating,)
    if query.rejected is not None:
        yield "rejected = ?", (query.rejected,)
    if query.missing is not None:
        yield f"missing {'!=' if query.missing else '='} {THERE}", ()
    if query.since is not None:
        yield "pictures.id >= ?", (_first_id_at(query.since),)
    if query.until is not None:
        yield "pictures.id < ?", (_first_id_at(query.until),)
    if query.size is not None:
        yield "width = ? AND height = ?", query.size
    if query.seed is not None:
        yield "seed = ?", (str(query.seed),)


def _sets(query: Query) -> Iterator[Condition]:
    if query.model is not None:
        sql = "SELECT picture FROM picture_models WHERE model IN (SELECT id FROM models WHERE ? IN (name, sha256))"
        yield f"pictures.id IN ({sql})", (query.model,)
    labels = [(TAG, tag) for tag in query.tags]
    if query.collection is not None:
        labels.append((COLLECTION, query.collection))
    sql = "SELECT picture FROM picture_labels WHERE label = (SELECT id FROM labels WHERE kind = ? AND folded = ?)"
    for kind, name in labels:
        yield f"pictures.id IN ({sql})", (kind, folded(name))


def _first_id_at(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND
