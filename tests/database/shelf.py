"""A database for tests, with tables of its own: notes that can be searched."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from core.database.database import Database

FIRST: Final = """
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, rating INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX note_by_rating ON note (rating, id);
CREATE VIRTUAL TABLE words USING fts5 (text);
"""


def migrations(folder: Path, *scripts: str) -> Path:
    """A folder with `scripts` as migrations 1, 2 and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, script in enumerate(scripts, 1):
        (folder / f"{number:04}_step.sql").write_text(script, "utf-8")
    return folder


def open_in(home: Path, *scripts: str) -> Database:
    """The database of the folder `home`, with `scripts` as its migrations."""
    folder = migrations(home / "migrations", *(scripts or (FIRST,)))
    return Database.open(home / "hanga.db", home / "snapshots", folder)


def add(database: Database, texts: list[str]) -> None:
    with database.writing() as connection:
        for text in texts:
            connection.execute("INSERT INTO note (text, rating) VALUES (?, ?)", (text, len(text) % 6))
            connection.execute("INSERT INTO words VALUES (?)", (text,))


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return [row["text"] for row in connection.execute("SELECT text FROM note ORDER BY id")]


def found(database: Database, word: str) -> int:
    with database.reading() as connection:
        (count,) = connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (word,)).fetchone()
    return int(count)


def dump(path: Path) -> list[str]:
    """All that a database file holds, as statements."""
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    finally:
        connection.close()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
