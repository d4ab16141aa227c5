"""What an artist says of pictures: rating, rejection, tags, collections. Every change gives back the way to undo it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from core.errors import HangaError
from core.library import labels
from core.library.labels import COLLECTION, TAG, tidy

BEST: Final = 5


@dataclass(frozen=True, kw_only=True)
class Marks:
    """All that an artist has said of one picture. `rating`: 0 (none) to 5."""

    rating: int = 0
    rejected: bool = False
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """How things were before a change: the pictures and the collections that it touched. Give it to `undo`."""

    marks: tuple[tuple[int, Marks], ...] = ()
    collections: tuple[tuple[str, str | None], ...] = ()
    """Names, and what the collection was called: None where there was none."""


def marks_of(connection: sqlite3.Connection, pictures: Collection[int]) -> tuple[tuple[int, Marks], ...]:
    """Of those pictures that are there, in order."""
    tags, collections = (labels.names_of(connection, kind, pictures) for kind in (TAG, COLLECTION))
    query = "SELECT id, rating, rejected FROM pictures WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
    rows = connection.execute(query, (json.dumps(list(pictures)),)).fetchall()
    return tuple(
        (
            row["id"],
            Marks(
                rating=row["rating"],
                rejected=bool(row["rejected"]),
                tags=tags.get(row["id"], ()),
                collections=collections.get(row["id"], ()),
            ),
        )
        for row in rows
    )


def put_marks(connection: sqlite3.Connection, marked: Iterable[tuple[int, Marks]]) -> None:
    """In place of what is said of these pictures now."""
    wanted = dict(marked)
    rows = ((marks.rating, marks.rejected, picture) for picture, marks in wanted.items())
    connection.executemany("UPDATE pictures SET rating = ?, rejected = ? WHERE id = ?", rows)
    query = "DELETE FROM picture_labels WHERE picture IN (SELECT value FROM json_each(?))"
    connection.execute(query, (json.dumps(list(wanted)),))
    for kind in (TAG, COLLECTION):
        for name, pictures in _by_name(wanted, kind).items():
            labels.attach(connection, labels.make(connection, kind, name), pictures)
    labels.index_tags(connection, wanted)


def _by_name(wanted: dict[int, Marks], kind: str) -> dict[str, list[int]]:
    pictures: dict[str, list[int]] = {}
    for picture, marks in wanted.items():
        for name in marks.tags if kind == TAG else marks.collections:
            pictures.setdefault(name, []).append(picture)
    return pictures


def rate(connection: sqlite3.Connection, pictures: Collection[int], rating: int) -> Change:
    """Raises HangaError request.rating."""
    if not 0 <= rating <= BEST:
        raise HangaError("request.rating", value=rating, most=BEST)
    return _set(connection, pictures, "rating", rating)


def reject(connection: sqlite3.Connection, pictures: Collection[int], rejected: bool) -> Change:
    return _set(connection, pictures, "rejected", int(rejected))


def _set(connection: sqlite3.Connection, pictures: Collection[int], column: str, value: int) -> Change:
    before = Change(marks=marks_of(connection, pictures))
    query = f"UPDATE pictures SET {column} = ? WHERE id IN (SELECT value FROM json_each(?))"
    connection.execute(query, (value, json.dumps(list(pictures))))
    return before


def label(connection: sqlite3.Connection, kind: str, pictures: Collection[int], name: str) -> Change:
    """Raises HangaError request.label."""
    kept = tidy(name)
    there = labels.find(connection, kind, kept) is not None
    touched = () if there or kind == TAG else ((kept, None),)
    before = Change(marks=marks_of(connection, pictures), collections=touched)
    labels.attach(connection, labels.make(connection, kind, kept), pictures)
    _index(connection, kind, before)
    return before


def unlabel(connection: sqlite3.Connection, kind: str, pictures: Collection[int], name: str) -> Change:
    before = Change(marks=marks_of(connection, pictures))
    there = labels.find(connection, kind, name)
    if there is not None:
        labels.detach(connection, there, pictures)
        _index(connection, kind, before)
    return before


def _index(connection: sqlite3.Connection, kind: str, touched: Change) -> None:
    if kind == TAG:
        labels.index_tags(connection, [picture for picture, _ in touched.marks])


def drop_collection(connection: sqlite3.Connection, name: str) -> Change:
    """The collection goes, its pictures stay."""
    before = _collection(connection, name)
    labels.drop(connection, COLLECTION, name)
    return before


def rename_collection(connection: sqlite3.Connection, name: str, new: str) -> Change:
    """Raises HangaError request.label, request.no_collection, request.name_taken."""
    there, kept = labels.find(connection, COLLECTION, name), tidy(new)
    if there is None:
        raise HangaError("request.no_collection", name=name)
    if labels.find(connection, COLLECTION, kept) not in (None, there):
        raise HangaError("request.name_taken", name=kept)
    before = _collection(connection, name)
    new_one = ((kept, None),) if labels.find(connection, COLLECTION, kept) is None else ()
    labels.write_as(connection, there, kept)
    return Change(marks=before.marks, collections=(*new_one, *before.collections))


def _collection(connection: sqlite3.Connection, name: str) -> Change:
    marked = marks_of(connection, labels.members(connection, COLLECTION, name))
    return Change(marks=marked, collections=((name, labels.name_of(connection, COLLECTION, name)),))


def undo(connection: sqlite3.Connection, change: Change) -> Change:
    """Everything that `change` touched as it was before; the change that this is, to be undone in its turn."""
    collections = tuple((name, labels.name_of(connection, COLLECTION, name)) for name, _ in change.collections)
    pictures = [picture for picture, _ in change.marks]
    for name, was in change.collections:
        if was is None:
            pictures += labels.members(connection, COLLECTION, name)
    before = Change(marks=marks_of(connection, pictures), collections=collections)
    for name, was in change.collections:
        if was is None:
            labels.drop(connection, COLLECTION, name)
        else:
            labels.write_as(connection, labels.make(connection, COLLECTION, was), was)
    there = {picture for picture, _ in before.marks}
    put_marks(connection, [(picture, marks) for picture, marks in change.marks if picture in there])
    return before
