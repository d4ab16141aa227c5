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
