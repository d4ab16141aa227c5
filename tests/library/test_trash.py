"""What is thrown away comes back whole: days later, after a rebuild, its name taken, whenever the program dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.durable import move
from core.errors import HangaError
from core.library import catalogue, ticket
from core.library.catalogue import Picture
from core.library.library import Library
from core.library.query import Query
from tests.library.shelf import Shelf, shelf_in


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with shelf_in(tmp_path) as shelf:
        yield shelf


def marked(shelf: Shelf, prompt: str = "a fox") -> Picture:
    picture = shelf.picture(prompt, latents=True)
    shelf.library.rate([picture.id], 4)
    shelf.library.tag([picture.id], "keep")
    shelf.library.collect([picture.id], "show")
    return shelf.library.picture(picture.id)


def latents(shelf: Shelf, picture: Picture) -> Path:
    return shelf.home.latents / f"{picture.key}.safetensors"


def test_away_and_back(shelf: Shelf) -> None:
    pictures = [marked(shelf), marked(shelf)]
    stays = shelf.picture("a hare")
    ticket = shelf.library.trash([picture.id for picture in pictures])
    assert shelf.found() == ["a hare"]
    assert not any(picture.path.exists() or latents(shelf, picture).exists() for picture in pictures)
    (lot,) = shelf.library.trashed()
    assert (lot.ticket, lot.names) == (ticket, tuple(picture.path.name for picture in pictures))
    assert shelf.library.restore(ticket) == [picture.id for picture in pictures]
    assert [shelf.library.picture(picture.id) for picture in (*pictures, stays)] == [*pictures, stays]
    assert all(picture.path.exists() and latents(shelf, picture).exists() for picture in pictures)
    assert shelf.library.trashed() == []
    assert shelf.found("keep") == ["a fox", "a fox"]


def test_back_in_another_life(shelf: Shelf) -> None:
    """Days later, the database lost and built again, its name taken, its collection and tag gone."""
    picture = marked(shelf)
    ticket = shelf.library.trash([picture.id])
    shelf.library.drop_collection("show")
    shelf.close()
    for path in (shelf.home.database, *shelf.home.snapshots.iterdir()):
        os.unlink(path)
    shelf.open()
    shelf.foreign("../" + picture.path.relative_to(shelf.root).as_posix())
    shelf.library.rebuild()
    assert [lot.ticket for lot in shelf.library.trashed()] == [ticket]
    (number,) = shelf.library.restore(ticket)
    path = picture.path.with_stem(picture.path.stem + "-2")
    assert shelf.library.picture(number) == replace(picture, path=path)
    assert shelf.library.reconcile().added == ()


def test_its_number_is_taken(shelf: Shelf) -> None:
    picture = marked(shelf)
    data = picture.path.read_bytes()
    ticket = shelf.library.trash([picture.id])
    with picture.path.open("xb") as file:
        file.write(data)
    again = shelf.library.add(picture.path)
    assert again.id == picture.id
    (number,) = shelf.library.restore(ticket)
    restored = shelf.library.picture(number)
    assert restored.path.read_bytes() == data
    assert (restored.rating, shelf.library.picture(again.id).rating) == (4, 0)
    assert shelf.library.count(Query()) == 2


def test_a_missing_one(shelf: Shelf) -> None:
    picture = marked(shelf)
    os.unlink(picture.path)
    shelf.library.reconcile()
    ticket = shelf.library.trash([picture.id])
    shelf.library.reconcile()
    assert shelf.found() == []
    shelf.library.restore(ticket)
    assert shelf.library.picture(picture.id) == replace(picture, missing=True)
    assert latents(shelf, picture).exists()


def test_a_missing_one_whose_file_comes_back_meanwhile(shelf: Shelf) -> None:
    picture = marked(shelf)
    data = picture.path.read_bytes()
    os.unlink(picture.path)
    shelf.library.reconcile()
    ticket = shelf.library.trash([picture.id])
    with picture.path.open("xb") as file:
        file.write(data)
    shelf.library.reconcile()
    assert [lot.ticket for lot in shelf.library.trashed()] == [ticket]
    shelf.library.restore(ticket)
    assert [each.path for each in shelf.library.page(Query(rating=4), 9).pictures] == [picture.path]
    assert shelf.library.count(Query()) == 1


def test_one_that_was_renamed_a_moment_ago(shelf: Shelf) -> None:
    picture = marked(shelf)
    path = picture.path.with_name("renamed.png")
    os.rename(picture.path, path)
    ticket = shelf.library.trash([picture.id])
    assert not path.exists()
    shelf.library.restore(ticket)
    assert shelf.library.picture(picture.id) == replace(picture, path=path)


def test_latents_stay_while_another_picture_needs_them(shelf: Shelf) -> None:
    picture = marked(shelf)
    child = shelf.child(picture)
    first = shelf.library.trash([picture.id])
    assert latents(shelf, picture).exists()
    shelf.library.restore(first)
    both = shelf.library.trash([child.id, picture.id])
    assert not latents(shelf, picture).exists()
    shelf.library.restore(both)
    assert latents(shelf, picture).exists()


def test_names_that_differ_in_their_folders_alone(shelf: Shelf) -> None:
    for folder in ("a", "b", "c"):
        shelf.foreign(f"{folder}/x.png")
    shelf.foreign("c/X.png")
    shelf.library.reconcile()
    ids = shelf.library.ids(Query())
    before = [shelf.library.picture(number) for number in ids]
    shelf.library.restore(shelf.library.trash(ids))
    assert [shelf.library.picture(number) for number in ids] == before


def test_what_cannot_be(shelf: Shelf) -> None:
    with pytest.raises(HangaError, match=r"file\.unknown_picture"):
        shelf.library.trash([1, 2])
    for name in ("20260101-000000-abcdef", "../pictures", ""):
        with pytest.raises(HangaError, match=r"file\.unknown_ticket"):
            shelf.library.restore(name)


@pytest.mark.parametrize("damage", ["", "{", "[]", "\udcff", '{"items": 3}', "[" * 99_999])
def test_a_damaged_list_stays_and_stops_nothing(shelf: Shelf, damage: str) -> None:
    ticket = shelf.library.trash([marked(shelf).id])
    contents = shelf.home.trash / ticket / "contents.json"
    os.truncate(contents, 0)
    with contents.open("r+b") as file:
        file.write(damage.encode(errors="surrogateescape"))
    with pytest.raises(HangaError, match=r"file\.damaged_ticket"):
        shelf.library.restore(ticket)
    shelf.library.reconcile()
    assert shelf.library.trashed() == []
    assert len(list((shelf.home.trash / ticket).glob("*.png"))) == 1


@pytest.mark.parametrize("path", ["../x.png", "/x.png", "pictures/../../x.png", "hanga.db", "pictures\\\\..\\\\x.png"])
def test_a_list_that_names_other_places(shelf: Shelf, path: str) -> None:
    picture = marked(shelf)
    ticket = shelf.library.trash([picture.id])
    contents = shelf.home.trash / ticket / "contents.json"
    text = contents.read_text("utf-8").replace(picture.path.relative_to(shelf.root).as_posix(), path)
    os.unlink(contents)
    with contents.open("xb") as file:
        file.write(text.encode())
    with pytest.raises(HangaError, match=r"file\.damaged_ticket"):
        shelf.library.restore(ticket)


class TestEmptying:
    def test_into_the_systems_trash(self, shelf: Shelf, tmp_path: Path) -> None:
        def send(folder: Path) -> None:
            os.rename(folder, tmp_path / "system" / folder.name)

        (tmp_path / "system").mkdir()
        library = Library(shelf.home, shelf.database, send)
        tickets = [library.trash([marked(shelf).id]) for _ in range(2)]
        emptied = library.empty_trash()
        assert (emptied.pictures, emptied.left) == (2, ())
        assert sorted(path.name for path in (tmp_path / "system").iterdir()) == sorted(tickets)
        assert library.trashed() == []
        os.rename(tmp_path / "system" / tickets[0], shelf.home.trash / tickets[0])
        library.restore(tickets[0])
        assert shelf.found() == ["a fox"]

    def test_a_system_that_takes_nothing(self, shelf: Shelf) -> None:
        def send(folder: Path) -> None:
            raise PermissionError(13, "not here")

        library = Library(shelf.home, shelf.database, send)
        ticket = library.trash([marked(shelf).id])
        emptied = library.empty_trash()
        assert (emptied.pictures, emptied.left) == (0, ((ticket, "not here"),))
        library.restore(ticket)
        assert shelf.found() == ["a fox"]


class KilledError(BaseException):
    """What no handler of ours expects."""


DOORS = ("ticket.write_new", "ticket.write_over", "ticket.move", "ticket.remove", "catalogue.forget")
DOORS_BACK = (*DOORS, "catalogue.put_back", "catalogue.update")


def dying(patch: pytest.MonkeyPatch, moment: int, before: bool) -> None:
    """Let the program die before or after the `moment`-th thing that it does to files and rows."""
    count = [0]

    def mortal(call: Callable[..., object]) -> Callable[..., object]:
        def do(*given: object, **named: object) -> object:
            count[0] += 1
            if count[0] == moment and before:
                raise KilledError
            result = call(*given, **named)
            if count[0] == moment:
                raise KilledError
            return result

        return do

    modules = {"ticket": ticket, "catalogue": catalogue}
    for door in DOORS_BACK:
        module, name = door.split(".")
        patch.setattr(modules[module], name, mortal(getattr(modules[module], name)))


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("act", ["trash", "restore"])
def test_killed_at_any_moment(shelf: Shelf, act: str, before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards each picture is in the library or in the trash, and comes back from there as it was."""
    pictures = [marked(shelf, "one"), marked(shelf, "two")]
    ids = [picture.id for picture in pictures]
    for moment in range(1, 30):
        ticket = shelf.library.trash(ids) if act == "restore" else ""
        with monkeypatch.context() as patch:
            dying(patch, moment, before)
            try:
                shelf.library.trash(ids) if act == "trash" else shelf.library.restore(ticket)
            except KilledError:
                survived = False
            else:
                survived = True
        shelf.library.reconcile()
        shelf.library.reconcile()
        for lot in shelf.library.trashed():
            shelf.library.restore(lot.ticket)
        assert [shelf.library.picture(number) for number in ids] == pictures, moment
        assert shelf.library.count(Query()) == 2
        assert all(latents(shelf, picture).exists() for picture in pictures)
        assert shelf.library.trashed() == []
        if survived:
            return
    pytest.fail("never lived through it")


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_disk_that_refuses(shelf: Shelf, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All is as it was."""
    pictures = [marked(shelf), marked(shelf)]
    count = [0]

    def refuse(source: Path, target: Path) -> None:
        count[0] += 1
        if count[0] == step:
            raise HangaError("disk.unwritable", name=target.name, folder="x", reason="y")
        move(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("core.library.ticket.move", refuse)
        if step < 3:
            with pytest.raises(HangaError, match=r"disk\.unwritable"):
                shelf.library.trash([picture.id for picture in pictures])
        else:
            shelf.library.restore(shelf.library.trash([picture.id for picture in pictures]))
    assert [shelf.library.picture(picture.id) for picture in pictures] == pictures
    assert all(picture.path.exists() and latents(shelf, picture).exists() for picture in pictures)
    assert shelf.library.trashed() == []
