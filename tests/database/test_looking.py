"""Who only looks changes nothing, whatever state the file is in, and sees what its owner commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.database.looking import LookedAt
from core.errors import HangaError
from tests.database.shelf import FIRST, add, migrations, open_in, texts


def look(home: Path, *scripts: str) -> LookedAt | None:
    return LookedAt.look(home / "hanga.db", home / "snapshots", migrations(home / "wanted", *(scripts or (FIRST,))))


def state(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file() and "wanted" not in path.parts}


def test_sees_what_the_owner_commits_meanwhile(tmp_path: Path) -> None:
    with open_in(tmp_path) as owner:
        add(owner, ["one"])
        looked = look(tmp_path)
        assert looked is not None
        assert texts(looked) == ["one"]
        add(owner, ["two"])
        assert texts(looked) == ["one", "two"]
        looked.close()


def test_cannot_write(tmp_path: Path) -> None:
    open_in(tmp_path).close()
    looked = look(tmp_path)
    assert looked is not None
    before = state(tmp_path)
    with pytest.raises(RuntimeError), looked.writing():
        pass
    looked.close()
    assert state(tmp_path) == before


@pytest.mark.parametrize("data", [None, b"", b"x" * 5000, b"SQLite format 3\0" + b"x" * 5000])
def test_leaves_what_it_cannot_read_as_it_is(tmp_path: Path, data: bytes | None) -> None:
    open_in(tmp_path).close()
    (tmp_path / "hanga.db").unlink() if data is None else (tmp_path / "hanga.db").write_bytes(data)
    before = state(tmp_path)
    assert look(tmp_path) is None
    assert state(tmp_path) == before


def test_does_not_bring_an_older_file_up_to_date(tmp_path: Path) -> None:
    open_in(tmp_path).close()
    before = state(tmp_path)
    assert look(tmp_path, FIRST, "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;") is None
    assert state(tmp_path) == before


def test_refuses_a_newer_file(tmp_path: Path) -> None:
    open_in(tmp_path, FIRST, "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;").close()
    with pytest.raises(HangaError) as refusal:
        look(tmp_path)
    assert refusal.value.code == "file.newer_database"


def test_damage_that_is_met_is_not_marked(tmp_path: Path) -> None:
    with open_in(tmp_path) as owner:
        add(owner, [f"note {number}" * 300 for number in range(200)])
    looked = look(tmp_path)
    assert looked is not None
    with (tmp_path / "hanga.db").open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"x" * 40 * 4096)
    before = state(tmp_path)
    with pytest.raises(HangaError) as met:
        texts(looked)
    looked.close()
    assert met.value.code == "disk.database_damaged"
    assert state(tmp_path) == before
