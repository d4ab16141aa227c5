"""Whatever has happened to the file, the database opens, and the file lies aside.

More of it: `python -m tests.tools.damaged_database`.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from core.errors import HangaError
from tests.database.shelf import FIRST, add, files, found, open_in, texts
from tests.tools.damaged_database import AFTER, BEFORE, KINDS, attempt, prepare


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("damage"))


@pytest.mark.parametrize("kind", KINDS)
def test_it_opens_all_the_same(killed: Path, tmp_path: Path, kind: str) -> None:
    seed = random.randrange(10**6)
    assert attempt(killed, kind, seed, tmp_path / "attempt").wrong == "", f"seed {seed}"


def test_without_a_snapshot_it_begins_anew_and_says_so(home: Path) -> None:
    home.mkdir()
    (home / "hanga.db").write_bytes(b"no database" * 1000)
    with open_in(home) as database:
        assert database.recovered is not None
        assert (database.recovered.reason, database.recovered.source, database.recovered.lost) == (
            "damaged",
            None,
            True,
        )
        (aside,) = database.recovered.kept_aside
        assert aside.read_bytes() == b"no database" * 1000
        add(database, ["new"])
    with open_in(home) as database:
        assert (texts(database), database.recovered) == (["new"], None)


def test_broken_snapshots_are_passed_over(killed: Path, home: Path) -> None:
    shutil.copytree(killed, home)
    with open_in(home) as database:
        database.snapshot()
        database._changed = False
    newest, good = sorted((home / "snapshots").iterdir(), reverse=True)
    newest.write_bytes(newest.read_bytes()[:9000])
    (home / "hanga.db").write_bytes(b"")
    with open_in(home) as database:
        assert texts(database) == BEFORE
        assert database.recovered is not None
        assert database.recovered.source == good


def test_damage_met_in_use_is_mended_at_the_next_opening(killed: Path, home: Path) -> None:
    shutil.copytree(killed, home)
    with open_in(home) as database:
        with sqlite3.connect(home / "hanga.db") as connection:
            connection.execute("UPDATE words_data SET block = zeroblob(3) WHERE id > 10")
        connection.close()
        with pytest.raises(HangaError) as caught:
            found(database, "after OR boat")
        assert caught.value.code == "disk.database_damaged"
    with open_in(home) as database:
        assert texts(database) == BEFORE + AFTER
        assert found(database, "after") == len(AFTER)
        assert database.recovered is not None
        assert not database.recovered.lost
    with open_in(home) as database:
        assert database.recovered is None


def test_a_full_disk_on_the_way_back_loses_nothing(killed: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(killed, home)
    (home / "hanga.db").write_bytes(b"broken")

    def refuse(*_: object) -> None:
        raise HangaError("disk.full", name="hanga.db", folder="")

    with monkeypatch.context() as patch:
        patch.setattr("core.database.snapshots.move", refuse)
        with pytest.raises(HangaError) as caught:
            open_in(home)
        assert caught.value.code == "disk.full"
    with open_in(home) as database:
        assert texts(database) == BEFORE


class TestNewerVersions:
    def test_their_database_is_refused_and_not_touched(self, home: Path) -> None:
        with open_in(home, FIRST, "CREATE TABLE more (x INTEGER) STRICT") as database:
            add(database, ["theirs"])
        (home / "migrations" / "0002_step.sql").unlink()
        before = files(home)
        with pytest.raises(HangaError) as caught:
            open_in(home)
        assert (caught.value.code, caught.value.data) == ("file.newer_database", {"name": "hanga.db"})
        assert files(home) == before

    def test_what_they_left_unfinished_is_not_touched_either(self, home: Path) -> None:
        with open_in(home, FIRST, "CREATE TABLE more (x INTEGER) STRICT") as database:
            add(database, ["theirs"])
        KINDS["torn journal"](home / "hanga.db", random.Random(1))
        (home / "migrations" / "0002_step.sql").unlink()
        before = files(home)
        with pytest.raises(HangaError) as caught:
            open_in(home)
        assert caught.value.code == "file.newer_database"
        assert files(home) == before

    def test_their_snapshots_are_not_brought_back(self, home: Path) -> None:
        with open_in(home) as database:
            add(database, ["ours"])
        with open_in(home, FIRST, "CREATE TABLE more (x INTEGER) STRICT") as database:
            add(database, ["theirs"])
        (home / "migrations" / "0002_step.sql").unlink()
        (home / "hanga.db").unlink()
        with open_in(home) as database:
            assert texts(database) == ["ours"]
