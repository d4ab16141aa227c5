"""Refine later: from kept latents, the same picture bit for bit, or another one where the artist changes something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core import events
from core.models.unet import UNet
from core.plan import BASE, REFINER
from core.record import ImageRecord
from core.request import Guidance, Request
from tests.pipeline.studio import REQUEST, Shelf, Studio


def made(studio: Studio, request: Request = REQUEST) -> Shelf:
    return studio.shelf(studio.plan(request))


def refined(studio: Studio, shelf: Shelf, **changes: object) -> tuple[ImageRecord, Shelf]:
    """A further run on the same shelf; the record it gave the new picture, and the shelf with both."""
    plan = studio.again(shelf.records[7], **changes)
    happened = studio.run(plan, shelf)
    assert isinstance(happened[-1], events.Finished)
    return shelf.records[7], shelf


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST,
        replace(REQUEST, sampler="euler_ancestral"),
        replace(REQUEST, sampler="dpmpp_2m_sde", schedule=None, steps=8),
        replace(REQUEST, sampler="heun", handoff=0.5),
        replace(REQUEST, guidance=Guidance(scale=5.0, rescale=0.5, interval=(0.2, 0.9)), steps=10),
        replace(REQUEST, empty_negative="zero", negative="", prompt_2="ukiyo-e"),
    ],
    ids=lambda request: f"{request.sampler} {request.guidance.interval}",
)
def test_the_same_hand_over_gives_the_same_picture(studio: Studio, request_: Request) -> None:
    shelf = made(studio, request_)
    picture, latents = shelf.pictures[7], shelf.of(7)
    record, _ = refined(studio, shelf)
    assert [stage.role for stage in record.plan.stages] == [REFINER]
    assert np.array_equal(shelf.pictures[7], picture)
    assert shelf.of(7).keys() == {"handoff", "final"}
    assert all(np.array_equal(shelf.of(7)[name], latents[name]) for name in latents)


def test_only_the_refiner_is_paid_for(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = made(studio)
    widths = []
    forward = UNet.forward

    def watched(unet: UNet, *inputs: object) -> object:
        widths.append(unet.config.channel_mult)
        return forward(unet, *inputs)  # type: ignore[arg-type]

    monkeypatch.setattr(UNet, "forward", watched)
    refined(studio, shelf)
    assert widths == [(1, 2, 2)]


def test_a_later_hand_over_lets_the_base_go_on(studio: Studio) -> None:
    request = replace(REQUEST, steps=20)
    shelf = made(studio, request)
    record, _ = refined(studio, shelf, handoff=0.9)
    assert [stage.role for stage in record.plan.stages] == [BASE, REFINER]
    whole = made(studio, replace(request, handoff=0.9))
    assert np.array_equal(shelf.of(7)["handoff"], whole.of(7)["handoff"])
    assert np.array_equal(shelf.pictures[7], whole.pictures[7])


def test_an_earlier_hand_over_brings_noise_back(studio: Studio) -> None:
    shelf = made(studio, replace(REQUEST, steps=20))
    before = shelf.of(7)["handoff"]
    record, _ = refined(studio, shelf, handoff=0.6)
    assert [stage.role for stage in record.plan.stages] == [REFINER]
    assert record.plan.stages[0].sigmas[0] > record.plan.start.sigma > 0
    assert np.array_equal(shelf.of(7)["handoff"], before)
    picture = shelf.pictures[7]
    again = made(studio, replace(REQUEST, steps=20))
    refined(studio, again, handoff=0.6)
    assert np.array_equal(again.pictures[7], picture)


def test_a_picture_made_without_a_refiner_is_refined_from_its_end(studio: Studio) -> None:
    shelf = made(studio, replace(REQUEST, refiner=None))
    picture = shelf.pictures[7]
    record, _ = refined(studio, shelf, refiner="refiner.safetensors")
    assert (record.plan.start.tensor, record.plan.start.sigma) == ("final", 0.0)
    assert [stage.role for stage in record.plan.stages] == [REFINER]
    assert not np.array_equal(shelf.pictures[7], picture)


@pytest.mark.parametrize("changes", [{"aesthetic": 9.0}, {"steps": 15}, {"handoff": 0.5}, {"handoff": 0.95}], ids=str)
def test_what_is_changed_shows(studio: Studio, changes: dict) -> None:
    shelf = made(studio, replace(REQUEST, steps=10))
    picture = shelf.pictures[7]
    refined(studio, shelf, **changes)
    assert not np.array_equal(shelf.pictures[7], picture)


def test_refining_the_refined_goes_back_to_the_first_hand_over(studio: Studio) -> None:
    shelf = made(studio)
    picture = shelf.pictures[7]
    refined(studio, shelf, aesthetic=9.0)
    other = shelf.pictures[7]
    refined(studio, shelf, aesthetic=6.0)
    assert np.array_equal(shelf.pictures[7], picture)
    refined(studio, shelf, aesthetic=9.0)
    assert np.array_equal(shelf.pictures[7], other)


def test_latents_that_are_gone(studio: Studio) -> None:
    record = made(studio).records[7]
    (*_, last) = studio.run(studio.again(record), Shelf())
    assert isinstance(last, events.Failed)
    assert last.code == "file.no_latents"
