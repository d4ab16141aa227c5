"""Memory that runs out at some allocations of a run; `python -m tests.tools.exhaustion` has it run out at all."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core import events
from core.memory.lodgings import housed
from core.pipeline.ladder import NOTE_ROOM, NOTE_SPLIT, NOTE_STREAMING
from core.pipeline.networks import Networks
from core.request import EIGHT_BITS
from core.residency import UNDECIDED
from tests.pipeline.scarcity import Outcome, Point, run_with, same_latents
from tests.pipeline.studio import Studio
from tests.tools.exhaustion import Sweep, sweep


@pytest.fixture(scope="module")
def campaign(studio: Studio) -> Iterator[Sweep]:
    yield sweep(studio)
    gc.unfreeze()


@pytest.mark.parametrize(
    "at",
    [
        Point(events.LOAD, 0),
        Point(events.LOAD, 40, 2),
        Point(events.ENCODE, 11),
        Point(events.ENCODE, 600, 2),
        Point(events.BASE, 0),
        Point(events.BASE, 77, 2),
        Point(events.SWAP, 9),
        Point(events.REFINER, 150, 3),
        Point(events.DECODE, 0, 1),
        Point(events.DECODE, 200, 3),
    ],
    ids=str,
)
def test_the_job_finishes_and_the_next_one_never_knows(campaign: Sweep, at: Point) -> None:
    verdict = campaign.try_at(at)
    assert verdict.hit
    assert verdict.faults == ()


def test_what_is_done_without_is_told_rung_by_rung(campaign: Sweep) -> None:
    outcome = run_with(campaign.plan, Networks(), Point(events.BASE, 50, 3))
    assert outcome.notes == [NOTE_ROOM, NOTE_STREAMING, NOTE_SPLIT]


def test_in_eight_bits_it_goes_on_in_eight_bits(studio: Studio) -> None:
    """Which no file has, so that on a processor nothing goes back into it."""
    plan = studio.plan(weights=EIGHT_BITS)
    device = housed(replace(plan, device="cpu:0", residency=UNDECIDED))
    expected = run_with(plan, Networks()).shelf
    room = run_with(plan, Networks(), Point(events.BASE, 50, 1))
    assert (room.notes, room.ending) == ([NOTE_ROOM], "")
    assert same_latents(room.shelf, expected)
    split = run_with(plan, Networks(), Point(events.BASE, 50, 2))
    assert (split.notes, split.ending) == ([NOTE_ROOM, NOTE_SPLIT], "")
    streaming = run_with(device, Networks(), Point(events.BASE, 50, 2))
    assert (streaming.notes, streaming.ending) == ([NOTE_ROOM, NOTE_STREAMING], "")
    assert np.array_equal(streaming.shelf.of(7)["final"], expected.of(7)["final"])


def test_when_nothing_helps_the_latents_of_the_hand_over_are_there(campaign: Sweep) -> None:
    networks = Networks()
    outcome = run_with(campaign.plan, networks, Point(events.REFINER, 20, 99))
    assert outcome.ending == "memory.exhausted"
    (kept,) = outcome.shelf.latents.values()
    (expected,) = campaign.undisturbed.shelf.latents.values()
    assert np.array_equal(kept["handoff"], expected["handoff"])
    again: Outcome = run_with(campaign.plan, networks)
    assert same_latents(again.shelf, campaign.undisturbed.shelf)
