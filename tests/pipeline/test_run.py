"""A run as its listener sees it: events in order, one ending, and pictures that depend on nothing but the plan."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import groupby
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from core import events
from core.events import Event
from core.memory.mover import HOST
from core.models.unet import UNet
from core.pipeline.networks import Networks
from core.pipeline.run import run
from core.plan import Plan
from core.request import Guidance, Request
from core.sampling.catalogue import CATALOGUE
from tests.pipeline.studio import REQUEST, Shelf, Studio

ENDINGS = (events.Finished, events.Cancelled, events.Failed)


def chapters(happened: list[Event]) -> list[str]:
    """Names of events and stages, repeated ones once."""
    said = (event.stage if isinstance(event, events.StageStarted) else event.name for event in happened)
    return [name for name, _ in groupby("Stepped" if name == "Previewed" else name for name in said)]


def same_pictures(one: Shelf, other: Shelf) -> bool:
    return one.pictures.keys() == other.pictures.keys() and all(
        np.array_equal(picture, other.pictures[seed]) for seed, picture in one.pictures.items()
    )


class Calls:
    """Counts how often any UNet is called."""

    def __init__(self) -> None:
        self.number = 0

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        forward = UNet.forward

        def counted(unet: UNet, *inputs: Tensor) -> Tensor:
            self.number += 1
            return forward(unet, *inputs)

        monkeypatch.setattr(UNet, "forward", counted)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    counter = Calls()
    counter.watch(monkeypatch)
    return counter


@pytest.fixture(scope="module")
def plan(studio: Studio) -> Plan:
    return studio.plan()


@pytest.fixture(scope="module")
def expected(studio: Studio, plan: Plan) -> Shelf:
    return studio.shelf(plan)


STEPPING = [replace(REQUEST, sampler=sampler, schedule=None) for sampler in CATALOGUE]
STEPPING.append(replace(REQUEST, sampler="restart", steps=24, refiner=None))
"""The last goes back up on its way, and so takes more steps than were asked for."""

PICTURE = ["load", "encode", "base", "Stepped", "LatentKept", "swap", "encode", "refiner", "Stepped", "LatentKept"]
LEAVING = ["decode", "save", "Saved"]


def test_the_story_of_one_picture(studio: Studio, plan: Plan) -> None:
    happened = studio.run(plan, Shelf())
    assert chapters(happened) == ["Started", *PICTURE, *LEAVING, "Finished"]
    assert {event.job for event in happened} == {"job"}
    started = happened[0]
    assert isinstance(started, events.Started)
    assert (started.seeds, started.width, started.height, started.steps) == ((7,), 96, 64, 5)
    kept = [event.kind for event in happened if isinstance(event, events.LatentKept)]
    assert kept == ["handoff", "final"]


def test_pictures_one_by_one_where_networks_may_stay_and_side_by_side_where_not(studio: Studio) -> None:
    plan = studio.plan(count=2)
    assert plan.keep_resident
    assert chapters(studio.run(plan, Shelf())) == ["Started", *(PICTURE + LEAVING) * 2, "Finished"]
    narrow = chapters(studio.run(replace(plan, keep_resident=False), Shelf()))
    base = ["load", "encode", "base", *["Stepped", "LatentKept"] * 2]
    refiner = ["swap", "encode", "refiner", "Stepped"]
    assert narrow == ["Started", *base, *refiner, *["LatentKept", *LEAVING] * 2, "Finished"]


@pytest.mark.parametrize("request_", STEPPING, ids=lambda request: f"{request.sampler}, {request.steps} steps")
def test_steps_count_up_to_what_was_announced(studio: Studio, request_: Request) -> None:
    happened = studio.run(studio.plan(request_), Shelf())
    steps = [event for event in happened if isinstance(event, events.Stepped)]
    announced = happened[0]
    assert isinstance(announced, events.Started)
    assert [event.step for event in steps] == list(range(1, announced.steps + 1))
    assert {event.steps for event in steps} == {announced.steps}
    assert [event.stage for event in steps] == sorted(event.stage for event in steps)
    assert steps[-1].sigma == 0
    assert isinstance(happened[-1], events.Finished)


def test_previews_are_small_pictures(studio: Studio, plan: Plan) -> None:
    happened = studio.run(plan, Shelf())
    previews = [event for event in happened if isinstance(event, events.Previewed)]
    assert [event.step for event in previews] == [1, 2, 3, 4, 5]
    for preview in previews:
        assert (preview.index, preview.seed, preview.width, preview.height) == (0, 7, 12, 8)
        assert len(preview.pixels) == 12 * 8 * 3
        assert len(set(preview.pixels)) > 20


def test_without_previews_the_pictures_are_the_same(studio: Studio, plan: Plan) -> None:
    seen, unseen = Shelf(), Shelf()
    studio.run(plan, seen)
    happened = list(run(plan, unseen, studio.networks, "job", previews=False))
    assert not [event for event in happened if isinstance(event, events.Previewed)]
    assert unseen.pictures[7].tobytes() == seen.pictures[7].tobytes()


def test_latents_are_kept_before_anything_that_may_fail(studio: Studio, plan: Plan) -> None:
    shelf = Shelf()
    for event in run(plan, shelf, studio.networks, "job"):
        if isinstance(event, events.StageStarted) and event.stage == events.DECODE:
            assert shelf.of(7).keys() == {"handoff", "final"}
            assert not shelf.pictures
    assert shelf.of(7)["final"].shape == (4, 8, 12)
    assert shelf.of(7)["final"].dtype == np.float32


def test_the_same_plan_gives_the_same_picture(studio: Studio, plan: Plan, expected: Shelf) -> None:
    assert same_pictures(studio.shelf(plan), expected)


def test_networks_read_anew_or_let_go_change_nothing(studio: Studio, plan: Plan, expected: Shelf) -> None:
    networks, shelf = Networks(), Shelf()
    for _ in run(replace(plan, keep_resident=False), shelf, networks):
        there = [any(one.mover.is_on(HOST) for one in held.values()) for held in networks.held.values()]
        assert sum(there) <= 1
    assert same_pictures(shelf, expected)
    shelf = Shelf()
    list(run(plan, shelf, networks))
    assert len(networks.held) == 5
    assert same_pictures(shelf, expected)


def test_networks_of_another_plan_make_way(studio: Studio, plan: Plan) -> None:
    networks = Networks()
    list(run(plan, Shelf(), networks))
    alone = studio.plan(refiner=None, steps=1)
    list(run(alone, Shelf(), networks))
    assert len(networks.held) == 3
    (stage,) = alone.stages
    other = replace(stage.model, sha256="0" * 64)
    changed_file = replace(stage, model=other, text=other)
    networks.follow(replace(alone, stages=(changed_file,)))
    assert [part for _, part, *_ in networks.held] == ["vae"]
    networks.follow(replace(alone, dtype="bfloat16", vae_dtype="bfloat16"))
    assert not networks.held


STOCHASTIC = [name for name, facts in CATALOGUE.items() if facts.stochastic]


@pytest.mark.parametrize(("sampler", "side_by_side"), [("euler", False), *((name, True) for name in STOCHASTIC)])
def test_pictures_do_not_depend_on_their_company(studio: Studio, sampler: str, side_by_side: bool) -> None:
    request = replace(REQUEST, sampler=sampler, steps=4, handoff=0.7)
    together = studio.shelf(replace(studio.plan(request, count=3), keep_resident=not side_by_side))
    assert sorted(together.pictures) == [7, 8, 9]
    alone = studio.shelf(studio.plan(request, seed=8))
    assert np.array_equal(alone.pictures[8], together.pictures[8])
    assert not np.array_equal(together.pictures[7], together.pictures[8])


def test_nobody_need_look_at_previews(studio: Studio, plan: Plan, expected: Shelf) -> None:
    shelf = Shelf()
    for event in run(plan, shelf, studio.networks):
        if isinstance(event, events.Previewed):
            bytearray(event.pixels)[:] = b"\0" * len(event.pixels)
    assert same_pictures(shelf, expected)


def test_neither_the_state_of_randomness_nor_gradients_matter(studio: Studio, plan: Plan, expected: Shelf) -> None:
    torch.manual_seed(123)
    before = torch.get_rng_state()
    with torch.enable_grad():
        assert same_pictures(studio.shelf(plan), expected)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "a blue boat"},
        {"negative": "sharp"},
        {"seed": 8},
        {"steps": 6},
        {"handoff": 0.5},
        {"refiner": None},
        {"schedule": "karras"},
        {"sampler": "dpmpp_2m"},
        {"guidance": Guidance(scale=6.0)},
        {"guidance": Guidance(scale=5.0, interval=(0.0, 0.5))},
        {"prompt_2": "a woodcut"},
        {"width": 64},
    ],
    ids=str,
)
def test_what_is_asked_for_shows(studio: Studio, expected: Shelf, changes: dict) -> None:
    (picture,) = studio.shelf(studio.plan(**changes)).pictures.values()
    assert not np.array_equal(picture, expected.pictures[7])


def test_guidance_of_one_runs_one_side_only(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    sides = []
    forward = UNet.forward

    def watched(unet: UNet, *inputs: Tensor) -> Tensor:
        sides.append(len(inputs[0]))
        return forward(unet, *inputs)

    monkeypatch.setattr(UNet, "forward", watched)
    studio.shelf(studio.plan(guidance=Guidance(scale=1.0)))
    studio.shelf(studio.plan(guidance=Guidance(scale=5.0, interval=(0.2, 0.8))))
    assert sides == [1] * 5 + [1, 2, 2, 2, 1]


def stopping_points(request: Request, studio: Studio, calls: Calls) -> Iterator[tuple[int, list[Event], Shelf]]:
    """The run stopped after every number of UNet calls that it can be stopped at."""
    plan = studio.plan(request)
    studio.shelf(plan)
    whole, calls.number = calls.number, 0
    for stop in range(whole):
        calls.number = 0
        shelf = Shelf()
        yield stop, studio.run(plan, shelf, lambda stop=stop: calls.number >= stop), shelf  # type: ignore[misc]
        assert calls.number == stop


@pytest.mark.parametrize("sampler", ["euler", "heun"])
def test_a_run_stops_between_any_two_calls(studio: Studio, sampler: str, calls: Calls) -> None:
    request = replace(REQUEST, sampler=sampler)
    expected = studio.shelf(studio.plan(request))
    calls.number = 0
    for stop, happened, shelf in stopping_points(request, studio, calls):
        assert [event.name for event in happened if isinstance(event, ENDINGS)] == ["Cancelled"], stop
        assert isinstance(happened[-1], events.Cancelled)
        assert not shelf.pictures
        assert all("final" not in latents for latents in shelf.latents.values())
    assert same_pictures(studio.shelf(studio.plan(request)), expected)


def test_a_run_stops_while_it_loads(studio: Studio, plan: Plan, expected: Shelf) -> None:
    networks = Networks()
    asked = iter([False] * 9)
    *_, last = run(plan, Shelf(), networks, cancelled=lambda: next(asked, True))
    assert isinstance(last, events.Cancelled)
    assert not networks.held
    shelf = Shelf()
    list(run(plan, shelf, networks))
    assert same_pictures(shelf, expected)


def test_to_stop_pulling_is_to_stop(studio: Studio, plan: Plan, expected: Shelf, calls: Calls) -> None:
    total = len(studio.run(plan, Shelf()))
    for stop in range(1, total, 3):
        shelf = Shelf()
        story = cast(Generator[Event, None, None], run(plan, shelf, studio.networks))
        for _ in range(stop):
            next(story)
        calls.number = 0
        story.close()
        assert calls.number == 0
    assert same_pictures(studio.shelf(plan), expected)


def test_narrow_types_run_through(studio: Studio, expected: Shelf) -> None:
    picture = studio.shelf(studio.plan(dtype="bf16")).pictures[7].astype(float)
    assert np.abs(picture - expected.pictures[7]).mean() < 30
