"""Tags and collections: named sets of pictures. Names that differ in case, accents or widths are one."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from core.errors import HangaError
from core.library.search import folded, indexed

TAG: Final = "tag"
COLLECTION: Final = "collection"
LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Label:
    """A tag or collection, and how many pictures it has."""

    name: str
    count: int


def tidy(name: str) -> str:
    """The name as it is kept. Raises HangaError request.label for what is none."""
    kept = " ".join(unicodedata.normalize("NFC", name).split())
    unprintable = any(unicodedata.category(character) in ("Cc", "Cs") for character in kept)
    if unprintable or not 0 < len(kept) <= LONGEST_NAME:
        raise HangaError("request.label", most=LONGEST_NAME)
    return kept


def all_labels(connection: sqlite3.Connection, kind: str) -> list[Label]:
    """By name. Tags that no picture has (any more) are none."""
    query = """
        SELECT name, count(picture) AS count FROM labels LEFT JOIN picture_labels ON label = labels.id
        WHERE kind = ? GROUP BY labels.id ORDER BY folded
    """
    labels = (Label(row["name"], row["count"]) for row in connection.execute(query, (kind,)))
    return [label for label in labels if label.count or kind == COLLECTION]


def find(connection: sqlite3.Connection, kind: str, name: str) -> int | None:
    query = "SELECT id FROM labels WHERE kind = ? AND folded = ?"
    row = connection.execute(query, (kind, folded(name))).fetchone()
    return None if row is None else row["id"]


def name_of(connection: sqlite3.Connection, kind: str, name: str) -> str | None:
    """As the label is written; None if there is none."""
    query = "SELECT name FROM labels WHERE kind = ? AND folded = ?"
    row = connection.execute(query, (kind, folded(name))).fetchone()
    return None if row is None else row["name"]


def write_as(connection: sqlite3.Connection, label: int, name: str) -> None:
    connection.execute("UPDATE labels SET name = ?, folded = ? WHERE id = ?", (name, folded(name), label))


def make(connection: sqlite3.Connection, kind: str, name: str) -> int:
    """The label of that name, there already or new."""
    there = find(connection, kind, name)
    if there is not None:
        return there
    row = (kind, name, folded(name))
    made = connection.execute("INSERT INTO labels (kind, name, folded) VALUES (?, ?, ?)", row).lastrowid
    assert made is not None
    return made


def drop(connection: sqlite3.Connection, kind: str, name: str) -> None:
    """The label goes, its pictures stay."""
    connection.execute("DELETE FROM labels WHERE kind = ? AND folded = ?", (kind, folded(name)))


def attach(connection: sqlite3.Connection, label: int, pictures: Iterable[int]) -> None:
    """Pictures that are not there (any more) are passed over."""
    query = (
        "INSERT OR IGNORE INTO picture_labels SELECT ?, id FROM pictures WHERE id IN (SELECT value FROM json_each(?))"
    )
    connection.execute(query, (label, json.dumps(list(pictures))))


def detach(connection: sqlite3.Connection, label: int, pictures: Iterable[int]) -> None:
    query = "DELETE FROM picture_labels WHERE label = ? AND picture IN (SELECT value FROM json_each(?))"
    connection.execute(query, (label, json.dumps(list(pictures))))


def members(connection: sqlite3.Connection, kind: str, name: str) -> list[int]:
    query = "SELECT picture FROM picture_labels WHERE label = ?"
    return [row["picture"] for row in connection.execute(query, (find(connection, kind, name),))]


def names_of(connection: sqlite3.Connection, kind: str, pictures: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What each picture is labelled with, by name; pictures without labels are left out."""
    query = """
        SELECT picture, name FROM json_each(?2) CROSS JOIN picture_labels ON picture = value
        CROSS JOIN labels ON labels.id = label WHERE kind = ?1 ORDER BY folded
    """
    named: dict[int, list[str]] = {}
    for row in connection.execute(query, (kind, json.dumps(list(pictures)))):
        named.setdefault(row["picture"], []).append(row["name"])
    return {picture: tuple(names) for picture, names in named.items()}


def index_tags(connection: sqlite3.Connection, pictures: Collection[int]) -> None:
    """Bring the full-text index up to date with the tags of pictures."""
    named = names_of(connection, TAG, pictures)
    rows = ((indexed("\n".join(named.get(picture, ()))), picture) for picture in pictures)
    connection.executemany("UPDATE words SET tags = ? WHERE rowid = ?", rows)
