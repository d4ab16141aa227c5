"""A run that was broken off goes on from what it had kept, and ends with the same bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core import events
from core.errors import HangaError
from core.plan import Plan
from core.record import ImageRecord
from tests.pipeline.studio import Latents, Shelf, Studio
from tests.pipeline.test_run import chapters, same_pictures


class Full(Shelf):
    """A shelf that has no room for the latents or the picture at one place in the story."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def keep_latents(self, record: ImageRecord, latents: Latents) -> Path:
        self._take_room()
        return super().keep_latents(record, latents)

    def keep_picture(self, pixels: NDArray[np.uint8], record: ImageRecord) -> Path:
        self._take_room()
        return super().keep_picture(pixels, record)

    def _take_room(self) -> None:
        self.room -= 1
        if self.room < 0:
            raise HangaError("disk.full", name="x", folder="y")


@pytest.fixture(scope="module", params=[True, False], ids=["one by one", "side by side"])
def plan(studio: Studio, request: pytest.FixtureRequest) -> Plan:
    return replace(studio.plan(count=2, sampler="euler_ancestral"), keep_resident=request.param)


@pytest.fixture(scope="module")
def expected(studio: Studio, plan: Plan) -> Shelf:
    return studio.shelf(plan)


@pytest.mark.parametrize("room", range(6))
def test_wherever_the_disk_was_full_the_rest_is_made_with_the_same_bits(
    studio: Studio, plan: Plan, expected: Shelf, room: int
) -> None:
    shelf = Full(room)
    assert isinstance(studio.run(plan, shelf)[-1], events.Failed)
    shelf.room = 100
    again = studio.run(plan, shelf, resume=True, done=[seed - plan.seeds[0] for seed in shelf.pictures])
    assert isinstance(again[-1], events.Finished)
    assert same_pictures(shelf, expected)


@pytest.mark.parametrize("room", [1, 2])
def test_in_eight_bits_too(studio: Studio, room: int) -> None:
    plan, shelf = studio.plan(sampler="euler_ancestral", weights="8bit"), Full(room)
    assert isinstance(studio.run(plan, shelf)[-1], events.Failed)
    shelf.room = 100
    assert isinstance(studio.run(plan, shelf, fresh=True, resume=True)[-1], events.Finished)
    assert same_pictures(shelf, studio.shelf(plan))


def test_what_is_kept_is_not_computed_again(studio: Studio, plan: Plan, expected: Shelf) -> None:
    shelf = Shelf(latents=dict(expected.latents))
    told = chapters(studio.run(plan, shelf, resume=True))
    assert told == ["Started", *["LatentKept", "decode", "save", "Saved"] * 2, "Finished"]
    for key, latents in expected.latents.items():
        shelf.latents[key] = {"handoff": latents["handoff"]}
    assert "base" not in chapters(studio.run(plan, shelf, resume=True))
    assert same_pictures(shelf, expected)


def test_without_resuming_everything_is_made_anew(studio: Studio, plan: Plan, expected: Shelf) -> None:
    shelf = Shelf(latents=dict(expected.latents))
    assert "base" in chapters(studio.run(plan, shelf))


def test_pictures_that_are_done_are_left_alone(studio: Studio, plan: Plan, expected: Shelf) -> None:
    shelf = Shelf()
    told = studio.run(plan, shelf, done=[0])
    assert [event.index for event in told if isinstance(event, events.Saved)] == [1]
    assert np.array_equal(shelf.pictures[plan.seeds[1]], expected.pictures[plan.seeds[1]])
    assert {record.job for record in shelf.records.values()} == {"job"}
