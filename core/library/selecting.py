"""Which pictures an artist wants to see, in which order, a page at a time: queries in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from core.library.catalogue import SECOND, THERE, pictures_of
from core.library.labels import COLLECTION, TAG
from core.library.query import BEST, NAME, NEWEST, OLDEST, Cursor, Glance, Glances, Page, Query
from core.library.search import folded, question

Condition = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Order:
    """`column` decides, and then the id; without, the id alone."""

    column: str | None
    descending: bool


ORDERS: Final = {
    NEWEST: Order(None, True),
    OLDEST: Order(None, False),
    BEST: Order("rating", True),
    NAME: Order("path", False),
}


@dataclass(frozen=True)
class Selection:
    """A query in SQL. `number`: what the id is called there; the full-text index gives its own in either order at once,
    and would be sorted for any other."""

    number: str
    source: str
    conditions: tuple[Condition, ...]
    order: Order

    def sql(self, columns: str) -> str:
        where = " AND ".join(sql for sql, _ in self.conditions) or "true"
        return f"SELECT {columns} FROM {self.source} WHERE {where}"

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(value for _, values in self.conditions for value in values)

    @property
    def sorting(self) -> str:
        way = "DESC" if self.order.descending else "ASC"
        columns = (self.order.column, self.number) if self.order.column else (self.number,)
        return "ORDER BY " + ", ".join(f"{column} {way}" for column in columns)

    @property
    def sorted_by(self) -> str:
        return self.order.column or self.number

    def after(self, cursor: Cursor) -> Selection:
        beyond = "<" if self.order.descending else ">"
        further: Condition = (f"{self.number} {beyond} ?", cursor[1:])
        if self.order.column:
            further = f"({self.order.column}, {self.number}) {beyond} (?, ?)", cursor
        return replace(self, conditions=(*self.conditions, further))


def page(connection: sqlite3.Connection, root: Path, query: Query, limit: int, after: Cursor | None) -> Page:
    """The pictures after the cursor; pages neither repeat nor skip any when pictures come and go meanwhile."""
    rows, cursor = _turned(connection, query, limit, after)
    return Page(tuple(pictures_of(connection, root, [row[0] for row in rows])), cursor)


def glances(connection: sqlite3.Connection, query: Query, limit: int, after: Cursor | None) -> Glances:
    """As `page`, but no more of each picture than where it is shown takes: for very many of them."""
    columns = f"width, height, rating, rejected, missing != {THERE}"
    rows, cursor = _turned(connection, query, limit, after, columns)
    return Glances(tuple(_glance(row) for row in rows), cursor)


def _glance(row: sqlite3.Row) -> Glance:
    number, _, width, height, rating, rejected, missing = row
    return Glance(number, width, height, rating, bool(rejected), bool(missing))


def _turned(
    connection: sqlite3.Connection, query: Query, limit: int, after: Cursor | None, columns: str = ""
) -> tuple[list[sqlite3.Row], Cursor | None]:
    """Rows of id, what decides the order, and `columns`; and where they end."""
    selection = _selected(query, columns)
    selection = selection if after is None else selection.after(after)
    wanted = ", ".join(filter(None, (selection.number, selection.sorted_by, columns)))
    sql = f"{selection.sql(wanted)} {selection.sorting} LIMIT ?"
    rows = connection.execute(sql, (*selection.values, limit + 1)).fetchall()
    cursor = (rows[limit - 1][1], rows[limit - 1][0]) if len(rows) > limit else None
    return rows[:limit], cursor


def count(connection: sqlite3.Connection, query: Query) -> int:
    selection = _selected(query)
    (number,) = connection.execute(selection.sql("count(*)"), selection.values).fetchone()
    return int(number)


def ids(connection: sqlite3.Connection, query: Query) -> list[int]:
    """Of all pictures, in order."""
    selection = _selected(query)
    rows = connection.execute(f"{selection.sql(selection.number)} {selection.sorting}", selection.values)
    return [row[0] for row in rows]


def _selected(query: Query, columns: str = "") -> Selection:
    """`columns`: of pictures, that are wanted."""
    match, order = question(query.text), ORDERS[query.order]
    conditions = [*_simple(query), *_sets(query)]
    if not match.wanted:
        if match.unwanted:
            conditions.append(("pictures.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", (match.unwanted,)))
        return Selection("pictures.id", "pictures", tuple(conditions), order)
    # Where the index alone knows the answer, not a single row of pictures need be read.
    source = "words CROSS JOIN pictures ON id = words.rowid" if conditions or order.column or columns else "words"
    expression = f"({match.wanted}) NOT ({match.unwanted})" if match.unwanted else match.wanted
    return Selection("words.rowid", source, (*conditions, ("words MATCH ?", (expression,))), order)


def _simple(query: Query) -> Iterator[Condition]:
    if query.rating:
        yield "rating >= ?", (query.rating,)
    if query.rejected is not None:
        yield "rejected = ?", (query.rejected,)
    if query.missing is not None:
        yield f"missing {'>' if query.missing else '='} {THERE}", ()
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
