"""Which row of the catalogue a file belongs to. Content decides, then the record, then the name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Final

from core.library import catalogue
from core.library.catalogue import GONE, LOOSE, SECOND, THERE
from core.library.facts import Found

ADDED: Final = "added"
MOVED: Final = "moved"
RETURNED: Final = "returned"
CHANGED: Final = "changed"
KNOWN: Final = "known"


def loosen(connection: sqlite3.Connection, pictures: Iterable[int]) -> None:
    """The files of these rows are not what they were. Until `settle` they wait for files that they belong to."""
    query = f"UPDATE pictures SET missing = {LOOSE} WHERE missing = {THERE} AND id IN (SELECT value FROM json_each(?))"
    connection.execute(query, (json.dumps(list(pictures)),))


def return_to(connection: sqlite3.Connection, pictures: Iterable[int]) -> list[str]:
    """The files of these missing rows lie again where they lay. Their paths."""
    paths = []
    for number in pictures:
        query = f"""
            UPDATE OR IGNORE pictures SET missing = {THERE} WHERE id = ? AND missing != {THERE} RETURNING path
        """
        paths += [row["path"] for row in connection.execute(query, (number,)).fetchall()]
    return paths


def settle(connection: sqlite3.Connection, pictures: Iterable[int]) -> list[str]:
    """Those of the loosened rows that no file has claimed are missing. Their paths."""
    query = f"""
        UPDATE pictures SET missing = {GONE} WHERE missing = {LOOSE} AND id IN (SELECT value FROM json_each(?))
        RETURNING path
    """
    return [row["path"] for row in connection.execute(query, (json.dumps(list(pictures)),)).fetchall()]


def register(connection: sqlite3.Connection, found: Found) -> tuple[int, str]:
    """The row that tells of `found` from now on, and what became of it: ADDED, MOVED (it has another name now),
    RETURNED (it was missing), CHANGED (its content is another), KNOWN."""
    connection.execute("DELETE FROM refused WHERE path = ?", (found.place.path,))
    row = _owner(connection, found)
    if row is None:
        return catalogue.insert(connection, found), ADDED
    catalogue.update(connection, row["id"], found)
    return row["id"], _outcome(row, found)


def _outcome(row: sqlite3.Row, found: Found) -> str:
    if row["path"] != found.place.path:
        return MOVED
    if row["digest"].hex() != found.digest:
        return CHANGED
    return RETURNED if row["missing"] == GONE else KNOWN


def _owner(connection: sqlite3.Connection, found: Found) -> sqlite3.Row | None:
    place, facts = found.place, found.facts
    there = _first(connection, f"missing = {THERE} AND path = ?", place.path)
    if there is not None:
        return there
    same = _first(connection, f"missing != {THERE} AND digest = ?", bytes.fromhex(found.digest), prefer=place.path)
    if same is not None:
        return same
    edited = _first(connection, f"missing = {LOOSE} AND path = ?", place.path)
    if edited is not None and (None in (edited["key"], facts.key) or edited["key"] == facts.key):
        return edited
    second = facts.created * SECOND
    rewritten = f"missing != {THERE} AND key = ? AND id >= ? AND id < ?"
    return None if facts.key is None else _first(connection, rewritten, facts.key, second, second + SECOND)


def _first(
    connection: sqlite3.Connection, condition: str, *values: str | int | bytes, prefer: str = ""
) -> sqlite3.Row | None:
    columns = "id, path, missing, digest, key"
    query = f"SELECT {columns} FROM pictures WHERE {condition} ORDER BY path != ?, id LIMIT 1"
    row: sqlite3.Row | None = connection.execute(query, (*values, prefer)).fetchone()
    return row
