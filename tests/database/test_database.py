"""One writer, many readers, whole transactions; and what is said when the disk says no."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.database import database as door
from core.database.connections import Connection
from core.database.database import Database
from core.errors import HangaError
from tests.database.shelf import add, files, found, is_whole, open_in, texts


@pytest.fixture
def shelf(home: Path) -> Iterator[Database]:
    with open_in(home) as database:
        yield database


class TestTransactions:
    def test_what_is_written_is_read(self, shelf: Database) -> None:
        add(shelf, ["a boat", "a tree"])
        assert (texts(shelf), found(shelf, "boat")) == (["a boat", "a tree"], 1)

    def test_an_exception_undoes_all_of_it(self, shelf: Database) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            add_and_fail(shelf)
        assert texts(shelf) == []

    def test_a_part_that_fails_is_undone_alone(self, shelf: Database) -> None:
        with shelf.writing():
            add(shelf, ["first"])
            with pytest.raises(sqlite3.IntegrityError):
                add_and_fail(shelf)
            add(shelf, ["third"])
        assert texts(shelf) == ["first", "third"]

    def test_a_writer_reads_its_own_changes(self, shelf: Database) -> None:
        with shelf.writing():
            add(shelf, ["new"])
            assert texts(shelf) == ["new"]

    def test_a_reader_sees_one_state_while_others_write(self, shelf: Database) -> None:
        add(shelf, ["before"])
        writer = threading.Thread(target=add, args=(shelf, ["after"]))
        with shelf.reading() as connection:
            seen = [row["text"] for row in connection.execute("SELECT text FROM note")]
            writer.start()
            writer.join(0.05)
            assert [row["text"] for row in connection.execute("SELECT text FROM note")] == seen
            assert texts(shelf) == seen, "a second look of the same thread must not wait for the writer"
        writer.join()
        assert texts(shelf) == ["before", "after"]

    def test_a_reader_cannot_write(self, shelf: Database) -> None:
        with pytest.raises(HangaError) as caught, shelf.reading() as connection:
            connection.execute("INSERT INTO note (text) VALUES ('x')")
        assert caught.value.code == "disk.unwritable"
        with pytest.raises(RuntimeError), shelf.reading(), shelf.writing():
            pytest.fail("never reached")

    def test_a_cursor_that_somebody_keeps_keeps_nobody_out(self, shelf: Database) -> None:
        add(shelf, ["one", "two"])
        with shelf.reading() as connection:
            kept = connection.execute("SELECT text FROM note")
            assert kept.fetchone()["text"] == "one"
        add(shelf, ["three"])
        with pytest.raises(sqlite3.ProgrammingError):
            kept.fetchone()

    def test_wrong_statements_are_the_callers_business(self, shelf: Database) -> None:
        with pytest.raises(sqlite3.OperationalError), shelf.reading() as connection:
            connection.execute("SELECT nothing FROM nowhere")

    def test_a_closed_one_is_closed(self, home: Path) -> None:
        database = open_in(home)
        database.close()
        database.close()
        with pytest.raises(RuntimeError), database.reading():
            pytest.fail("never reached")
        with pytest.raises(RuntimeError), database.writing():
            pytest.fail("never reached")

    def test_a_reader_that_is_inside_while_it_is_closed_leaves_nothing_open(self, home: Path) -> None:
        database = open_in(home)
        with database.reading():
            database.close()


class TestSafety:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [("journal_mode", "truncate"), ("synchronous", 2), ("mmap_size", 0), ("foreign_keys", 1), ("cache_spill", 0)],
    )
    def test_connections_are_set_to_be_safe(self, shelf: Database, setting: str, value: object) -> None:
        with shelf.writing() as connection:
            assert connection.execute(f"PRAGMA {setting}").fetchone()[0] == value
        with shelf.reading() as connection:
            if setting != "journal_mode":
                assert connection.execute(f"PRAGMA {setting}").fetchone()[0] == value

    def test_a_write_ahead_log_of_another_program_is_ended(self, home: Path) -> None:
        with open_in(home) as database:
            add(database, ["kept"])
        other = sqlite3.connect(home / "hanga.db")
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        other.execute("INSERT INTO note (text) VALUES ('theirs')")
        other.commit()
        other.close()
        with open_in(home) as database:
            assert (texts(database), database.recovered) == (["kept", "theirs"], None)
        assert (home / "hanga.db").read_bytes()[18:20] == b"\1\1"

    def test_a_mode_that_is_not_safe_is_not_put_up_with(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stubborn(connection: Connection, sql: str, *parameters: Any) -> sqlite3.Cursor:
            return connection.cursor().execute("SELECT 'wal'" if "journal_mode" in sql else sql, *parameters)

        monkeypatch.setattr(Connection, "execute", stubborn)
        with pytest.raises(HangaError, match="journal mode wal") as caught:
            open_in(home)
        assert caught.value.code == "disk.unwritable"


class TestDisks:
    def test_a_full_disk(self, shelf: Database) -> None:
        add(shelf, ["kept"])
        with shelf.writing() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(HangaError) as caught:
            add(shelf, ["x" * 100_000])
        assert (caught.value.code, caught.value.data["name"]) == ("disk.full", "hanga.db")
        with shelf.writing() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        add(shelf, ["y" * 100_000])
        assert [len(text) for text in texts(shelf)] == [4, 100_000]

    @pytest.mark.parametrize("leftover", ["nothing", "the folder"])
    def test_a_home_that_has_gone(self, home: Path, leftover: str) -> None:
        database = open_in(home)
        add(database, ["kept"])
        if leftover == "nothing":
            shutil.rmtree(home)
        else:
            (home / "hanga.db").unlink()
        for use in (database.probe, lambda: texts(database), database.close):
            with pytest.raises(HangaError) as caught:
                use()
            assert caught.value.code == "disk.unwritable"

    def test_a_home_that_came_back(self, home: Path, tmp_path: Path) -> None:
        with open_in(home) as database:
            home.rename(tmp_path / "unplugged")
            with pytest.raises(HangaError):
                add(database, ["lost"])
            (tmp_path / "unplugged").rename(home)
            database.probe()
            add(database, ["kept"])
            assert texts(database) == ["kept"]

    def test_a_home_in_a_place_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        with pytest.raises(HangaError) as caught:
            open_in_place(tmp_path / "file" / "hanga.db", tmp_path)
        assert caught.value.code == "disk.unwritable"
        (tmp_path / "hanga.db").mkdir()
        with pytest.raises(HangaError) as caught:
            open_in_place(tmp_path / "hanga.db", tmp_path)
        assert caught.value.code == "disk.unwritable"

    def test_another_program_that_never_lets_go(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.database.connections.BUSY_SECONDS", 0.05)
        with open_in(home) as database:
            other = sqlite3.connect(home / "hanga.db", isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            for use in (database.probe, lambda: texts(database)):
                with pytest.raises(HangaError) as caught:
                    use()
                assert caught.value.code == "disk.database_busy"
            with pytest.raises(HangaError) as caught:
                open_in(home)
            assert caught.value.code == "disk.database_busy"
            other.close()
            add(database, ["after"])
            assert texts(database) == ["after"]
        assert not list(home.glob("*damaged*"))

    def test_a_probe_changes_nothing(self, shelf: Database, home: Path) -> None:
        add(shelf, ["kept"])
        shelf.probe()
        assert texts(shelf) == ["kept"]


def add_and_fail(database: Database) -> None:
    with database.writing() as connection:
        add(database, ["never there"])
        connection.execute("INSERT INTO note (text) VALUES (NULL)")


def open_in_place(path: Path, folder: Path) -> Database:
    return Database.open(path, folder / "snapshots", folder / "migrations")


class TestSnapshots:
    def test_one_is_made_on_close_if_there_was_anything_new(self, home: Path) -> None:
        with open_in(home) as database:
            add(database, ["kept"])
        (snapshot,) = (home / "snapshots").iterdir()
        assert is_whole(snapshot)
        with open_in(home) as database:
            texts(database)
        assert list((home / "snapshots").iterdir()) == [snapshot]

    def test_one_a_day_if_there_was_anything_new(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with open_in(home) as database:
            add(database, ["kept"])
            database.snapshot()
            database.snapshot_daily()
            assert len(list((home / "snapshots").iterdir())) == 1
            monkeypatch.setattr(door, "A_DAY", door.A_DAY * 0)
            database.snapshot_daily()
            assert len(list((home / "snapshots").iterdir())) == 1, "nothing has changed since"
            add(database, ["later"])
            database.snapshot_daily()
            assert len(list((home / "snapshots").iterdir())) == 2

    def test_one_that_cannot_be_made_keeps_nobody_out(self, home: Path) -> None:
        with open_in(home) as database:
            add(database, ["kept"])
        shutil.rmtree(home / "snapshots")
        (home / "snapshots").write_text("not a folder")
        with open_in(home) as database:
            assert texts(database) == ["kept"]
            with pytest.raises(HangaError):
                database.snapshot()

    def test_a_snapshot_comes_back_when_the_file_is_gone(self, home: Path) -> None:
        with open_in(home) as database:
            add(database, ["kept"])
        (home / "hanga.db").unlink()
        with open_in(home) as database:
            assert texts(database) == ["kept"]
            assert database.recovered is not None
            assert (database.recovered.reason, database.recovered.kept_aside) == ("missing", ())
            assert database.recovered.lost

    def test_nothing_is_left_lying_about(self, home: Path) -> None:
        with open_in(home) as database:
            add(database, ["kept"])
        assert set(files(home)) == {"hanga.db", "hanga.db-journal", "migrations/0001_step.sql"} | {
            f"snapshots/{path.name}" for path in (home / "snapshots").glob("hanga-*-close.db")
        }
