"""Refining a picture again: from which latents, with which files, and what of the request stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.errors import HangaError
from core.plan import BASE, REFINER, Plan
from core.planning.refining import Changes, refining_plan
from core.record import ImageRecord, from_json, record_of, to_json
from core.sampling.noise_levels import SDXL_LEVELS
from tests.planning.library import Library, machine, plan_for


def record(plan: Plan) -> ImageRecord:
    """As it is read from the picture's file: it does not say where models lie."""
    return from_json(to_json(record_of(plan, 0, "2026-01-02T03:04:05+00:00", "Hanga 0")), "x.png")


def again(library: Library, of: ImageRecord, **changes: Any) -> Plan:
    return refining_plan(of, Changes(**changes), library, machine())


def refusal(library: Library, of: ImageRecord, **changes: Any) -> HangaError:
    with pytest.raises(HangaError) as caught:
        again(library, of, **changes)
    return caught.value


def test_the_refiner_s_share_alone(library: Library) -> None:
    first = plan_for(library, schedule="leading", aspect="3:2")
    picture = record(first)
    plan = again(library, picture)
    assert plan.stages == first.stages[1:]
    assert (plan.start.key, plan.start.tensor, plan.start.sigma) == (picture.key, "handoff", first.stages[1].sigmas[0])
    assert (plan.width, plan.height, plan.seeds) == (1216, 832, first.seeds)
    assert (plan.first_stage, plan.sampler, plan.schedule) == (first.first_stage, first.sampler, first.schedule)
    assert again(library, record(plan)).start == replace(plan.start, key=record(plan).key)


def test_changes_are_made_and_nothing_else_changes(library: Library) -> None:
    picture = record(plan_for(library, schedule="leading", prompt_2="x", handoff=0.8))
    plan = again(library, picture, aesthetic=9.0, steps=50, handoff=0.9)
    assert [stage.role for stage in plan.stages] == [BASE, REFINER]
    assert plan.stages[0].sigmas[0] == plan.start.sigma == picture.plan.stages[1].sigmas[0]
    assert plan.stages[-1].vector[-1] == 9.0
    assert max(plan.stages[-1].timesteps) < 100
    asked = replace(
        plan.request,
        **{name: getattr(picture.plan.request, name) for name in ("refiner", "steps", "handoff")},
        width=None,
        height=None,
        positive=picture.plan.request.positive,
    )
    assert asked == picture.plan.request


def test_models_are_called_as_they_were_and_not_by_their_place(library: Library) -> None:
    plan = again(library, record(plan_for(library, vae="vae.safetensors")))
    assert (plan.request.checkpoint, plan.request.refiner, plan.request.vae) == ("sdxl", "refiner", "vae.safetensors")
    elsewhere = record(
        plan_for(library, checkpoint="/of/somebody/else/v.safetensors", refiner="/there/refiner.safetensors")
    )
    plan = again(library, elsewhere)
    assert (plan.request.checkpoint, plan.request.refiner) == ("v.safetensors", "refiner.safetensors")


def test_a_refiner_that_had_no_step_is_the_one_that_was_asked_for(library: Library) -> None:
    plan = again(library, record(plan_for(library, checkpoint="v", refiner="refiner", handoff=1.0)), handoff=0.8)
    assert plan.stages[0].model.name == "refiner.safetensors"


def test_an_earlier_hand_over_begins_above_the_kept_latents(library: Library) -> None:
    plan = again(library, record(plan_for(library)), handoff=0.5)
    (refiner,) = plan.stages
    assert refiner.role == REFINER
    assert refiner.sigmas[0] > plan.start.sigma
    assert refiner.timesteps[0] < 500


def test_a_picture_without_hand_over_starts_from_its_end(library: Library) -> None:
    plan = again(library, record(plan_for(library, refiner=None)))
    assert (plan.start.tensor, plan.start.sigma) == ("final", 0.0)
    assert plan.stages[0].model.name == "refiner.safetensors"
    assert plan.stages[0].sigmas[0] < SDXL_LEVELS.sigma(200)


def test_where_no_refiner_is_known(library: Library) -> None:
    picture = record(plan_for(library, checkpoint="v", refiner=None))
    assert refusal(library, picture).code == "request.no_refiner"
    assert again(library, picture, refiner="refiner").stages[0].role == REFINER


def test_where_nothing_is_left_to_do(library: Library) -> None:
    picture = record(plan_for(library, refiner=None))
    assert refusal(library, picture, handoff=1.0).code == "request.nothing_left"


@pytest.mark.parametrize("name", ["sdxl", "refiner", "vae"])
def test_files_that_are_not_what_they_were(library: Library, name: str) -> None:
    """Also those that only took part before, or only decode: the picture would not be the same."""
    picture = record(again(library, record(plan_for(library, vae="vae" if name == "vae" else None))))
    changed = replace(library, changed=frozenset({f"{name}.safetensors"}))
    error = refusal(changed, picture)
    assert (error.code, error.data["name"]) == ("file.model_gone", f"{name}.safetensors")
