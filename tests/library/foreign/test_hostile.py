"""Hostile pictures end soon, take little, and lead nowhere; the same code as the long campaign, in small."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
import socket
from pathlib import Path
from typing import Any

import pytest

from core.errors import HangaError
from core.library.foreign.imported import Imported
from core.library.foreign.reading import read
from core.request import Request
from tests.library.foreign.pictures import saved
from tests.tools.hostile_pictures import Tally, campaign, judged, mutated, settings_from
from tests.tools.hostile_set import CRAFTED

MOST_GROWTH = 384.0
"""Megabytes: a picture of the largest size allowed, decoded, and the file that it is decoded from."""


def outcome(tally: Tally) -> tuple[list[str], list[str]]:
    return tally.crashes, tally.hangs


@pytest.fixture(scope="module")
def crafted() -> Tally:
    return campaign(settings_from(["--crafted"]))


class TestCrafted:
    def test_none_harms_the_reader(self, crafted: Tally) -> None:
        assert (crafted.count, outcome(crafted)) == (len(CRAFTED), ([], []))

    def test_memory_is_bounded(self, crafted: Tally) -> None:
        assert crafted.peak - crafted.base < MOST_GROWTH

    @pytest.mark.parametrize("name", CRAFTED)
    def test_is_taken_for_what_it_is(self, crafted: Tally, name: str) -> None:
        assert crafted.outcomes[name] == CRAFTED[name][0]


class TestMutated:
    def test_none_harms_the_reader(self) -> None:
        seed = random.randrange(1 << 32)
        tally = campaign(settings_from(["--count", "200", "--seed", str(seed)]))
        assert (seed, tally.count, outcome(tally)) == (seed, 200, ([], []))

    def test_the_same_number_makes_the_same_picture(self, tmp_path: Path) -> None:
        first, again, other = mutated(1, 7), mutated(1, 7), mutated(1, 8)
        assert first == again != other
        assert judged(saved(tmp_path, first)) == judged(saved(tmp_path, first))


def imported(folder: Path, name: str) -> Imported:
    return read(saved(folder, CRAFTED[name][1]()))


class TestWhatComesOfThem:
    def test_numbers_are_bounded_and_told(self, tmp_path: Path) -> None:
        steps, seed, size, digits = (
            imported(tmp_path, name)
            for name in ("a billion steps", "a seed of a million digits", "100,000 × 100,000", "the same in JSON")
        )
        assert (steps.request.steps, seed.request.seed, digits.request.seed) == (999, None, None)
        assert (size.request.width, size.request.height) == (4096, 4096)
        for found, code in ((steps, "steps"), (seed, "seed"), (size, "size"), (digits, "seed")):
            assert f"foreign.{code}" in [note.code for note in found.unmatched]

    def test_names_are_names(self, tmp_path: Path) -> None:
        request = imported(tmp_path, "names that lead elsewhere").request
        assert (request.checkpoint, request.vae, request.refiner) == ("passwd", "x", "x")

    def test_letters_that_turn_round_are_left_out(self, tmp_path: Path) -> None:
        found = imported(tmp_path, "letters that turn round")
        assert found.request.checkpoint == "agnp.exe"
        assert all("\u2066" not in str(value) for note in found.unmatched for value in note.data.values())

    def test_a_long_prompt_is_cut(self, tmp_path: Path) -> None:
        found = imported(tmp_path, "a prompt of three megabytes")
        assert len(found.request.prompt) == 65536
        assert "foreign.prompt_cut" in [note.code for note in found.unmatched]

    def test_numbers_that_are_none_are_as_if_missing(self, tmp_path: Path) -> None:
        request = imported(tmp_path, "NaN everywhere").request
        assert (request.steps, request.width, request.guidance.scale) == (Request(prompt="").steps, None, None)


class TestNothingIsOpened:
    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The files that are opened, and a network that is not there."""
        seen: list[str] = []
        really = io.open

        def watching(file: Any, *arguments: Any, **keywords: Any) -> Any:
            seen.append(os.fspath(file) if isinstance(file, str | os.PathLike) else repr(file))
            return really(file, *arguments, **keywords)

        def unreachable(*arguments: Any, **keywords: Any) -> Any:
            raise AssertionError("somebody wants to reach the network")

        monkeypatch.setattr(builtins, "open", watching)
        monkeypatch.setattr(io, "open", watching)
        monkeypatch.setattr(socket, "socket", unreachable)
        return seen

    @pytest.mark.parametrize("name", ["names that lead elsewhere", "XMP that laughs", "HTML", "a circle of nodes"])
    def test_but_the_picture(self, opened: list[str], tmp_path: Path, name: str) -> None:
        path = saved(tmp_path, CRAFTED[name][1]())
        opened.clear()
        with contextlib.suppress(HangaError):
            read(path)
        assert set(opened) == {str(path)}
