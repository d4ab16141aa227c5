"""Whatever happens to the folder behind the program's back, pictures are followed, missing ones are shown as such, and
nothing that lies about stops anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from core.durable import PARTIAL, PREFIX
from core.library.catalogue import Picture
from core.library.picture import encode, read_record
from core.library.query import Query
from core.library.reconcile import Drift
from tests.library.shelf import Shelf, shelf_in


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with shelf_in(tmp_path) as shelf:
        yield shelf


@pytest.fixture(params=["reconcile", "rebuild"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def told(drift: Drift) -> dict[str, int]:
    """How many of each kind, without zeros."""
    kinds = ((field.name, getattr(drift, field.name)) for field in fields(drift))
    counted = ((name, each if isinstance(each, int) else len(each)) for name, each in kinds)
    return {name: count for name, count in counted if count}


def look(shelf: Shelf, way: str = "reconcile") -> dict[str, int]:
    return told(getattr(shelf.library, way)())


def marked(shelf: Shelf, **picture: object) -> Picture:
    made = shelf.picture(**picture)  # type: ignore[arg-type]
    shelf.library.rate([made.id], 4)
    shelf.library.tag([made.id], "keep")
    shelf.library.collect([made.id], "show")
    return shelf.library.picture(made.id)


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
    return path


def gone(path: Path) -> bytes:
    data = path.read_bytes()
    os.unlink(path)
    return data


def test_nothing_has_happened(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    assert look(shelf, way) == {}
    assert shelf.library.picture(picture.id) == picture


def test_an_empty_home(shelf: Shelf, way: str) -> None:
    assert look(shelf, way) == {}


def test_new_files_are_adopted(shelf: Shelf, way: str) -> None:
    record = shelf.record("a fox")
    shelf.write(record)
    shelf.foreign("deep/down/foreign.PNG")
    assert look(shelf, way) == {"added": 2}
    assert sorted(shelf.found()) == ["a fox", "foreign.PNG"]
    assert [picture.key for picture in shelf.library.page(Query(text="fox"), 9).pictures] == [record.key]
    assert look(shelf) == {}


def test_a_moved_file_is_followed(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    os.renames(picture.path, shelf.home.pictures / "best" / "neu 新.png")
    assert look(shelf, way) == {"moved": 1}
    path = shelf.home.pictures / "best" / "neu 新.png"
    assert shelf.library.picture(picture.id) == replace(picture, path=path)
    assert shelf.found("neu") == shelf.found("fox") == ["a fox"]


def test_names_that_are_swapped(shelf: Shelf, way: str) -> None:
    one, other = marked(shelf), shelf.picture()
    first, second = gone(one.path), gone(other.path)
    write(one.path, second)
    write(other.path, first)
    assert look(shelf, way) == {"moved": 2}
    assert shelf.library.picture(one.id) == replace(one, path=other.path)
    assert shelf.library.picture(other.id) == replace(other, path=one.path)


def test_a_deleted_file_is_missing_until_it_is_back(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    data = gone(picture.path)
    assert look(shelf, way) == {"missing": 1}
    assert look(shelf, way) == {}
    assert shelf.library.picture(picture.id) == replace(picture, missing=True)
    assert shelf.library.thumbnail(picture.id) is not None
    write(picture.path, data)
    assert look(shelf, way) == {"returned": 1}
    assert shelf.library.picture(picture.id) == picture


def test_it_comes_back_under_another_name(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    data = gone(picture.path)
    look(shelf)
    path = write(shelf.home.pictures / "back.png", data)
    assert look(shelf, way) == {"moved": 1}
    assert shelf.library.picture(picture.id) == replace(picture, path=path)


def test_the_whole_folder_goes_and_comes_back(shelf: Shelf) -> None:
    pictures = [marked(shelf) for _ in range(3)]
    aside = shelf.root / "aside"
    os.rename(shelf.home.pictures, aside)
    assert look(shelf) == {"missing": 3}
    os.rename(aside, shelf.home.pictures)
    assert look(shelf) == {"returned": 3}
    assert [shelf.library.picture(picture.id) for picture in pictures] == pictures


def test_a_copy_is_a_picture_of_its_own(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    write(shelf.home.pictures / "copy.png", picture.path.read_bytes())
    assert look(shelf, way) == {"added": 1}
    assert shelf.library.picture(picture.id) == picture
    assert shelf.library.count(Query(rating=1)) == 1


def test_an_edited_file_keeps_its_marks(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    gone(picture.path)
    shelf.foreign("../" + picture.path.relative_to(shelf.root).as_posix())
    assert look(shelf, way) == {"changed": 1}
    edited = shelf.library.picture(picture.id)
    assert (edited.rating, edited.tags, edited.collections) == (4, ("keep",), ("show",))
    assert (edited.prompt, edited.missing) == ("", False)
    assert shelf.found("heron") == [edited.path.name]
    assert shelf.found("fox -heron") == []


def test_a_file_written_again_by_an_optimiser_is_known_by_its_record(shelf: Shelf) -> None:
    picture = marked(shelf)
    record = read_record(picture.path)
    gone(picture.path)
    write(shelf.home.pictures / "smaller.png", encode(np.zeros((4, 6, 3), np.uint8) + 9, record))
    assert look(shelf) == {"moved": 1}
    assert shelf.library.picture(picture.id).rating == 4


def test_another_picture_in_its_place_is_another_picture(shelf: Shelf, way: str) -> None:
    picture = marked(shelf)
    gone(picture.path)
    write(picture.path, encode(np.zeros((4, 6, 3), np.uint8), shelf.record("a hare")))
    assert look(shelf, way) == {"added": 1, "missing": 1}
    assert shelf.library.picture(picture.id).missing
    assert shelf.found(missing=False) == ["a hare"]


def test_the_same_settings_once_more_are_another_picture(shelf: Shelf) -> None:
    record = shelf.record()
    first = shelf.library.add(shelf.write(record))
    gone(first.path)
    look(shelf)
    second = shelf.library.add(shelf.write(replace(record, created="2026-01-03T00:00:00+00:00")))
    assert first.key == second.key
    assert first.id != second.id


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.png", b""),
        ("web.png", b"<html>no</html>"),
        ("cut.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
        ("cut.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
    ],
)
def test_what_is_no_picture_stays_and_is_told(shelf: Shelf, way: str, name: str, data: bytes) -> None:
    path = write(shelf.home.pictures / name, data)
    shelf.write(shelf.record())
    assert look(shelf, way) == {"added": 1, "damaged": 1}
    assert look(shelf, way) == {"damaged": 1}
    assert path.read_bytes() == data
    gone(path)
    assert look(shelf, way) == {}


def test_a_picture_that_was_cut_off_and_is_whole_again(shelf: Shelf) -> None:
    picture = marked(shelf)
    data = gone(picture.path)
    write(picture.path, data[:-20])
    assert look(shelf) == {"missing": 1, "damaged": 1}
    gone(picture.path)
    write(picture.path, data)
    assert look(shelf) == {"returned": 1}
    assert shelf.library.picture(picture.id) == picture


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
def test_what_is_no_file_is_passed_over(shelf: Shelf, way: str) -> None:
    shelf.home.pictures.mkdir()
    (shelf.home.pictures / "folder.png").mkdir()
    os.mkfifo(shelf.home.pictures / "pipe.png")
    (shelf.home.pictures / "link.png").symlink_to(shelf.root / "elsewhere.png")
    (shelf.home.pictures / "round").symlink_to(shelf.home.pictures)
    write(shelf.home.pictures / "notes.txt", b"x")
    write(shelf.home.pictures / ".hidden.png", b"x")
    assert look(shelf, way) == {}


def test_temporary_files_of_ours_are_swept(shelf: Shelf, way: str) -> None:
    names = [shelf.root / "pictures/2026-01-02", shelf.root / "pictures", shelf.root / "latents", shelf.root]
    old = [write(folder / f"{PREFIX}0123{PARTIAL}", b"half") for folder in names]
    for path in old:
        os.utime(path, (1e9, 1e9))
    theirs = write(shelf.root / "pictures" / f"download{PARTIAL}", b"half")
    os.utime(theirs, (1e9, 1e9))
    new = write(shelf.root / "pictures" / f"{PREFIX}4567{PARTIAL}", b"half")
    os.utime(new, (2e10, 2e10))
    assert look(shelf, way) == {"swept": 4}
    assert [path.exists() for path in (*old, theirs, new)] == [False] * 4 + [True] * 2


class TestTheDatabaseIsLost:
    def test_all_is_read_again(self, shelf: Shelf) -> None:
        pictures = [shelf.picture(), shelf.child(shelf.picture())]
        shelf.close()
        for path in (shelf.home.database, *shelf.home.snapshots.iterdir()):
            os.unlink(path)
        shelf.open()
        calls: list[tuple[int, int]] = []
        drift = shelf.library.rebuild(lambda done, of: calls.append((done, of)))
        assert told(drift) == {"added": 3}
        assert calls == [(1, 3), (2, 3), (3, 3)]
        assert [shelf.library.picture(picture.id) for picture in pictures] == pictures

    def test_marks_come_from_the_snapshot_even_if_files_have_moved(self, shelf: Shelf) -> None:
        picture = marked(shelf)
        shelf.close()
        with shelf.home.database.open("r+b") as file:
            file.write(b"x" * 4096)
        os.rename(picture.path, shelf.home.pictures / "x.png")
        shelf.open()
        assert shelf.database.recovered is not None
        assert told(shelf.library.rebuild()) == {"moved": 1}
        assert shelf.library.picture(picture.id) == replace(picture, path=shelf.home.pictures / "x.png")


def test_a_look_that_was_cut_short_is_finished_by_the_next(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = marked(shelf), marked(shelf)
    os.rename(one.path, shelf.home.pictures / "moved.png")
    gone(other.path)
    shelf.foreign("../" + other.path.relative_to(shelf.root).as_posix())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("core.library.reconcile.read", killed)
        with pytest.raises(KeyboardInterrupt):
            shelf.library.reconcile()
    shelf.restart()
    assert look(shelf) == {"moved": 1, "changed": 1}
    for picture in (one, other):
        assert shelf.library.picture(picture.id).tags == ("keep",)
        assert not shelf.library.picture(picture.id).missing
