"""What an artist says of pictures can be said again and unsaid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import HangaError
from core.library.library import Library
from core.library.marks import Change
from core.library.query import Query
from tests.library.shelf import Shelf, shelf_in

Do = Callable[[Library, list[int]], Change]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with shelf_in(tmp_path) as shelf:
        for _ in range(3):
            shelf.picture()
        ids = shelf.library.ids(Query())
        shelf.library.rate(ids[:1], 2)
        shelf.library.tag(ids[:2], "Sea")
        shelf.library.collect(ids[1:], "Show")
        shelf.library.collect([], "Empty")
        yield shelf


def state(library: Library) -> Any:
    pictures = library.page(Query(), 100).pictures
    texts = [library.count(Query(text=text)) for text in ("sea", "sky", "show")]
    return pictures, library.tags(), library.collections(), texts


CHANGES: dict[str, Do] = {
    "rate": lambda library, ids: library.rate(ids, 5),
    "take a rating away": lambda library, ids: library.rate(ids[:1], 0),
    "reject": lambda library, ids: library.reject(ids),
    "tag": lambda library, ids: library.tag(ids[1:], "sky"),
    "tag that some have": lambda library, ids: library.tag(ids, "sea"),
    "untag": lambda library, ids: library.untag(ids, "SEA"),
    "collect": lambda library, ids: library.collect(ids, "show"),
    "collect into a new one": lambda library, ids: library.collect(ids, "New"),
    "a new and empty collection": lambda library, ids: library.collect([], "New"),
    "uncollect": lambda library, ids: library.uncollect(ids[:2], "Show"),
    "drop a collection": lambda library, ids: library.drop_collection("Show"),
    "drop an empty collection": lambda library, ids: library.drop_collection("Empty"),
    "rename a collection": lambda library, ids: library.rename_collection("Show", "Spring"),
    "rename it in other letters": lambda library, ids: library.rename_collection("Show", "SHOW"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_can_be_undone_and_done_again(shelf: Shelf, name: str) -> None:
    library, ids = shelf.library, shelf.library.ids(Query())
    before = state(library)
    change = CHANGES[name](library, ids)
    after = state(library)
    assert after != before
    again = library.undo(change)
    assert state(library) == before
    once_more = library.undo(again)
    assert state(library) == after
    library.undo(once_more)
    assert state(library) == before


def test_names_are_one_whatever_their_case_and_width(shelf: Shelf) -> None:
    ids = shelf.library.ids(Query())
    for name in ("Été", "ete", " ＥＴＥ "):
        shelf.library.tag(ids, name)
    assert [label.name for label in shelf.library.tags()] == ["Été", "Sea"]
    assert shelf.library.picture(ids[0]).tags == ("Été", "Sea")


def test_what_is_not_there_is_passed_over(shelf: Shelf) -> None:
    before = state(shelf.library)
    shelf.library.undo(shelf.library.rate([1, 2, 3], 5))
    shelf.library.tag([7], "nobody's")
    shelf.library.untag([7], "unknown")
    shelf.library.drop_collection("unknown")
    assert state(shelf.library) == before


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 201, "\ud800"])
def test_what_is_no_name(shelf: Shelf, name: str) -> None:
    with pytest.raises(HangaError, match=r"request\.label"):
        shelf.library.tag(shelf.library.ids(Query()), name)


def test_what_cannot_be(shelf: Shelf) -> None:
    ids = shelf.library.ids(Query())
    for rating in (-1, 6):
        with pytest.raises(HangaError, match=r"request\.rating"):
            shelf.library.rate(ids, rating)
    with pytest.raises(HangaError, match=r"request\.no_collection"):
        shelf.library.rename_collection("unknown", "x")
    with pytest.raises(HangaError, match=r"request\.name_taken"):
        shelf.library.rename_collection("Show", "empty")
