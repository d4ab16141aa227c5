"""Pictures and latents go where they belong, under names that cannot clash."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import HangaError
from core.library.keeper import LONGEST_SLUG, Keeper, numbered, slug, stem
from core.paths import Home
from core.record import ImageRecord
from core.request import Request
from tests.library.conftest import record_for

PIXELS = np.zeros((8, 8, 3), np.uint8)
FINAL = {"final": np.ones((4, 1, 1), np.float32)}


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(Home(tmp_path))


def test_a_picture_lies_by_day_time_seed_and_words(keeper: Keeper, record: ImageRecord, tmp_path: Path) -> None:
    path = keeper.keep_picture(PIXELS, record)
    assert path == tmp_path / "pictures" / "2026-01-02" / "030405-8-a-fox-under-a-red-moon.png"


def test_the_same_name_again_is_followed_by_a_number(keeper: Keeper, record: ImageRecord) -> None:
    names = [keeper.keep_picture(PIXELS, record).stem.removeprefix("030405-8-a-fox-under-a-red-moon") for _ in "123"]
    assert names == ["", "-2", "-3"]


def test_many_at_once_all_get_a_place(keeper: Keeper, record: ImageRecord, tmp_path: Path) -> None:
    places: list[Path] = []
    threads = [threading.Thread(target=lambda: places.append(keeper.keep_picture(PIXELS, record))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 12
    assert set(places) == set((tmp_path / "pictures" / "2026-01-02").iterdir())


def test_a_named_file_is_never_overwritten(record: ImageRecord, tmp_path: Path) -> None:
    keeper = Keeper(Home(tmp_path), tmp_path / "x.png")
    keeper.keep_picture(PIXELS, replace(record, count=1))
    with pytest.raises(HangaError, match=r"disk\.exists"):
        keeper.keep_picture(PIXELS, replace(record, count=1))


def test_a_folder_that_became_a_file_ends_the_search_for_a_name(record: ImageRecord, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HangaError, match=r"disk\.unwritable"):
        Keeper(Home(tmp_path), tmp_path / "file").keep_picture(PIXELS, record)


class TestLatents:
    def test_come_back(self, keeper: Keeper, record: ImageRecord) -> None:
        keeper.keep_latents(record, FINAL)
        assert np.array_equal(keeper.kept_latents(record.key, "final"), FINAL["final"])

    def test_those_of_the_refiner_join_those_of_the_base(self, keeper: Keeper, record: ImageRecord) -> None:
        keeper.keep_latents(record, {"handoff": FINAL["final"] * 2})
        keeper.keep_latents(record, {"handoff": FINAL["final"] * 2, **FINAL})
        assert keeper.kept_latents(record.key, "handoff").max() == 2

    def test_a_copy_is_written_once_and_never_over_another_file(self, record: ImageRecord, tmp_path: Path) -> None:
        copy = tmp_path / "x.safetensors"
        keeper = Keeper(Home(tmp_path), latents_copy=copy)
        single = replace(record, count=1)
        keeper.keep_latents(single, {"handoff": FINAL["final"]})
        assert not copy.exists()
        keeper.keep_latents(single, FINAL)
        assert copy.exists()
        with pytest.raises(HangaError, match=r"disk\.exists"):
            keeper.keep_latents(single, FINAL)

    @pytest.mark.parametrize(
        ("data", "code"),
        [(None, "file.no_latents"), (b"", "file.damaged"), (b"\xff" * 100, "file.damaged"), (b"[]", "file.damaged")],
    )
    def test_what_is_not_there_or_damaged(
        self, keeper: Keeper, record: ImageRecord, tmp_path: Path, data: bytes | None, code: str
    ) -> None:
        (tmp_path / "latents").mkdir()
        if data is not None:
            (tmp_path / "latents" / f"{record.key}.safetensors").write_bytes(data)
        with pytest.raises(HangaError) as told:
            keeper.kept_latents(record.key, "final")
        assert told.value.code == code

    def test_another_kind_than_was_kept(self, keeper: Keeper, record: ImageRecord) -> None:
        keeper.keep_latents(record, FINAL)
        with pytest.raises(HangaError, match=r"file\.no_latents"):
            keeper.kept_latents(record.key, "handoff")


class TestNames:
    @given(st.text())
    def test_a_slug_is_a_name_everywhere(self, prompt: str) -> None:
        short = slug(prompt)
        assert short.isascii()
        assert len(short) <= LONGEST_SLUG
        assert all(mark.isalnum() or mark == "-" for mark in short)
        assert short == short.strip("-").lower()

    @pytest.mark.parametrize(
        ("prompt", "name"),
        [
            ("A fox, (red:1.2)", "030405-8-a-fox-red-1-2"),
            ("Füchse im Schnee", "030405-8-fuchse-im-schnee"),
            ("狐", "030405-8"),
            ("../../etc/passwd", "030405-8-etc-passwd"),
            ("", "030405-8"),
        ],
    )
    def test_stems(self, prompt: str, name: str) -> None:
        assert stem(record_for(Request(prompt=prompt))) == name

    def test_numbers(self) -> None:
        assert numbered(Path("a/x.png"), 0, 1) == Path("a/x.png")
        assert numbered(Path("a/x.png"), 0, 2) == Path("a/x-1.png")
