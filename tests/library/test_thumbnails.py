"""Thumbnails are there when they are wanted, and a broken store of them costs time alone."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.library.picture import encode
from core.library.thumbnails import Thumbnails
from tests.library.shelf import Shelf, shelf_in


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with shelf_in(tmp_path) as shelf:
        yield shelf


def large(shelf: Shelf) -> Path:
    colours = np.zeros((700, 1000, 3), np.uint8) + np.array((200, 40, 30), np.uint8)
    path = shelf.home.pictures / "large.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(encode(colours, shelf.record()))
    return path


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data))


def test_small_and_of_the_same_colours(shelf: Shelf) -> None:
    picture = shelf.library.add(large(shelf))
    small = opened(shelf.library.thumbnail(picture.id))
    assert (small.format, small.size) == ("WEBP", (320, 224))
    red, green, blue = small.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert abs(red - 200) + abs(green - 40) + abs(blue - 30) < 20


def test_there_as_soon_as_the_picture_is(shelf: Shelf) -> None:
    picture = shelf.library.add(large(shelf))
    os.unlink(picture.path)
    assert shelf.library.thumbnail(picture.id) is not None


def test_missing_and_damaged_files_have_none(shelf: Shelf, tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path / "t.db")
    damaged = tmp_path / "damaged.png"
    with damaged.open("xb") as file:
        file.write(large(shelf).read_bytes()[:500])
    assert thumbnails.get("00", damaged) is None
    assert thumbnails.get("01", tmp_path / "nowhere.png") is None
    thumbnails.close()


@pytest.mark.parametrize("damage", [b"", b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_store_is_begun_anew(shelf: Shelf, tmp_path: Path, damage: bytes) -> None:
    store = tmp_path / "t.db"
    with store.open("xb") as file:
        file.write(damage)
    thumbnails = Thumbnails(store)
    path = large(shelf)
    first = thumbnails.get("00", path)
    assert first is not None
    thumbnails.get("00", path)
    os.unlink(path)
    assert thumbnails.get("00", path) == first
    thumbnails.close()


def test_a_store_that_cannot_be_written(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "t.db").mkdir()
    thumbnails = Thumbnails(tmp_path / "t.db")
    assert thumbnails.get("00", large(shelf)) is not None
    thumbnails.close()


def test_what_nobody_has_any_more_goes(shelf: Shelf, tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path / "t.db")
    path = large(shelf)
    thumbnails.get("00", path)
    thumbnails.get("ab", path)
    thumbnails.keep_only([b"\xab"])
    os.unlink(path)
    assert thumbnails.get("00", path) is None
    assert thumbnails.get("ab", path) is not None
    thumbnails.close()
