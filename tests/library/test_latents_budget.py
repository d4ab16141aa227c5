"""Old latents make room, but never those that the artist or an unfinished picture still needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library.catalogue import Picture
from tests.library.shelf import LATENTS, Shelf, shelf_in


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with shelf_in(tmp_path) as shelf:
        yield shelf


def kept(shelf: Shelf) -> set[str]:
    return {path.stem for path in shelf.home.latents.iterdir()}


def aged(shelf: Shelf, picture: Picture, seconds: int) -> Picture:
    os.utime(shelf.home.latents / f"{picture.key}.safetensors", (seconds, seconds))
    return picture


def test_the_oldest_go_first(shelf: Shelf) -> None:
    pictures = [aged(shelf, shelf.picture(latents=True), 100 - age) for age in range(4)]
    each = shelf.library.latents_bytes() // 4
    cleaned = shelf.library.clean_latents(2 * each)
    assert (cleaned.count, cleaned.freed, cleaned.left) == (2, 2 * each, 2 * each)
    assert kept(shelf) == {pictures[0].key, pictures[1].key}
    assert shelf.library.latents_bytes() == 2 * each
    assert shelf.library.clean_latents(2 * each).count == 0


def test_what_is_needed_stays(shelf: Shelf) -> None:
    pictures = [shelf.picture(latents=True) for _ in range(8)]
    rated, tagged, collected, base, gone, rejected, asked, spare = pictures
    shelf.library.rate([rated.id], 1)
    shelf.library.tag([tagged.id], "keep")
    shelf.library.collect([collected.id], "show")
    shelf.library.reject([rejected.id])
    shelf.library.rate([shelf.child(base).id], 5)
    os.unlink(gone.path)
    shelf.library.reconcile()
    unfinished = shelf.record()
    shelf.keeper.keep_latents(unfinished, LATENTS)
    assert asked.key
    assert shelf.library.clean_latents(0, needed=[asked.key]).count == 2
    stay = (rated, tagged, collected, base, gone, asked)
    assert kept(shelf) == {picture.key for picture in stay} | {unfinished.key}
    assert spare.key not in kept(shelf)


def test_no_latents(shelf: Shelf) -> None:
    assert shelf.library.latents_bytes() == shelf.library.clean_latents(0).count == 0
