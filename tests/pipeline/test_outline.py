"""What estimates expect of a run is what the pipeline does: the same acts in the same order, step by step."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest

from core import events
from core.jobs.estimates import Estimator
from core.jobs.outline import Outline
from core.pipeline.run import run
from tests.pipeline.studio import Shelf, Studio


def test_weights_in_eight_bits_have_times_of_their_own(studio: Studio) -> None:
    exact, narrow = (Outline(studio.plan(weights=way)) for way in ("exact", "8bit"))
    apart = {act.stage for one, act in zip(exact.acts(), narrow.acts(), strict=True) if one.kind != act.kind}
    assert apart == {events.ENCODE, events.BASE, events.REFINER}
    warm = [act.kind.cold for act in Outline(narrow.plan, exact.left_in_memory).acts()]
    assert warm == [act.kind.cold for act in narrow.acts()]
    assert not any(act.kind.cold for act in Outline(narrow.plan, narrow.left_in_memory).acts())


@pytest.mark.parametrize(
    ("resident", "sampler", "refiner"),
    [(True, "restart", None), (True, "euler", "refiner.safetensors"), (False, "euler", "refiner.safetensors")],
)
def test_acts(studio: Studio, resident: bool, sampler: str, refiner: str | None) -> None:
    plan = replace(
        studio.plan(count=2, sampler=sampler, refiner=refiner, schedule=None, steps=4), keep_resident=resident
    )
    estimator = Estimator(studio.home.timings)
    estimator.begin(plan)
    followed = [(event, estimator.follow(event)) for event in run(plan, Shelf(), studio.networks)]
    assert isinstance(followed[-1][0], events.Finished)
    gone_through = [(each.stage, each.index) for event, each in followed[1:-1] if each is not None]
    acts = Outline(plan).acts()
    assert [act for act, _ in groupby(gone_through)][: len(acts)] == [(act.stage, act.index) for act in acts]
    told = [event.stage for event, _ in followed if isinstance(event, events.Stepped)]
    assert len(told) == sum(act.steps for act in acts)
    assert estimator.expected(plan) is not None
