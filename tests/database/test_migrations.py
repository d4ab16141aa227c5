"""Numbered migrations: in order, each whole or not at all, with a copy of what was there before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.database.database import Database
from core.database.schema import MIGRATIONS, read_migrations
from core.errors import HangaError
from tests.database.shelf import FIRST, add, dump, is_whole, migrations, open_in, texts

SECOND = """
ALTER TABLE note ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';
CREATE INDEX note_by_mood ON note (mood); -- a comment; with a semicolon
UPDATE note SET mood = 'bright; very' WHERE rating > 2;
CREATE TRIGGER note_gone AFTER DELETE ON note BEGIN DELETE FROM words; DELETE FROM words; END;
"""
FAULTS = ("SELECT nothing FROM nowhere", "INSERT INTO note (text) VALUES (NULL)", "CREATE TABLE note (x)", "nonsense")


def test_the_shipped_ones_are_numbered_without_gaps_and_apply(home: Path) -> None:
    shipped = read_migrations(MIGRATIONS)
    assert [each.number for each in shipped] == list(range(1, len(shipped) + 1))
    with Database.open(home / "hanga.db", home / "snapshots") as database, database.reading() as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(shipped)


def test_a_file_goes_through_those_that_it_lacks(home: Path) -> None:
    with open_in(home) as database:
        add(database, ["a", "abc", "abcd"])
    with open_in(home, FIRST, SECOND) as database, database.reading() as connection:
        rows = connection.execute("SELECT text, mood FROM note ORDER BY id").fetchall()
        assert [tuple(row) for row in rows] == [("a", "calm"), ("abc", "bright; very"), ("abcd", "bright; very")]
        account = connection.execute("SELECT number, name FROM migration ORDER BY number").fetchall()
        assert [tuple(row) for row in account] == [(1, "step"), (2, "step")]


def test_a_copy_of_what_was_there_is_made_before(home: Path) -> None:
    with open_in(home) as database:
        add(database, ["a"])
    before = dump(home / "hanga.db")
    open_in(home, FIRST, SECOND).close()
    (copy,) = (home / "snapshots").glob("*-before-0002.db")
    assert is_whole(copy)
    assert dump(copy) == before


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", [0, 3, 4])
def test_a_migration_that_fails_anywhere_leaves_all_as_it_was(home: Path, fault: str, place: int) -> None:
    with open_in(home) as database:
        add(database, ["kept"])
    before = dump(home / "hanga.db")
    lines = SECOND.strip().splitlines()
    script = "\n".join([*lines[:place], f"{fault};", *lines[place:]])
    with pytest.raises(HangaError) as caught:
        open_in(home, FIRST, script)
    assert (caught.value.code, caught.value.data["number"]) == ("engine.migration", 2)
    assert dump(home / "hanga.db") == before
    migrations(home / "migrations", FIRST, SECOND)
    with open_in(home, FIRST, SECOND) as database:
        assert texts(database) == ["kept"]


def test_those_before_a_failing_one_stay(home: Path) -> None:
    with pytest.raises(HangaError):
        open_in(home, FIRST, "nonsense")
    connection = sqlite3.connect(home / "hanga.db")
    assert connection.execute("SELECT number FROM migration").fetchall() == [(1,)]
    connection.close()


def test_no_migration_without_a_copy(home: Path) -> None:
    with open_in(home) as database:
        add(database, ["kept"])
    before = dump(home / "hanga.db")
    for snapshot in (home / "snapshots").iterdir():
        snapshot.unlink()
    (home / "snapshots").rmdir()
    (home / "snapshots").write_text("not a folder")
    with pytest.raises(HangaError) as caught:
        open_in(home, FIRST, SECOND)
    assert caught.value.code == "disk.unwritable"
    assert dump(home / "hanga.db") == before
