"""The ladder: each rung is lower than the one before, and there is a last one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import events
from core.memory.lowering import lowered
from core.plan import Plan
from core.residency import IN_PLACE, STREAMED, TOWERS, UNET, VAE
from tests.planning.library import Library, machine, plan_for


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_for(Library(tmp_path_factory.mktemp("models")), machine("cuda", 48))


def ladder(plan: Plan, stage: str) -> Iterator[Plan]:
    lower = lowered(plan, stage)
    while lower is not None:
        yield lower
        lower = lowered(lower, stage)


@pytest.mark.parametrize("stage", events.STAGES)
def test_every_ladder_ends_and_counts_its_rungs(plan: Plan, stage: str) -> None:
    rungs = list(ladder(plan, stage))
    assert [one.residency.rung for one in rungs] == list(range(1, len(rungs) + 1))
    assert 1 <= len(rungs) <= 8


@pytest.mark.parametrize(("stage", "role"), [(events.BASE, "base"), (events.REFINER, "refiner")])
def test_steps_evict_then_stream_then_split(plan: Plan, stage: str, role: str) -> None:
    rungs = list(ladder(plan, stage))
    assert not rungs[0].keep_resident
    homes = [home for one in rungs if (home := one.residency.lodging(role, UNET)) is not None]
    assert homes[0].place != STREAMED
    assert all(home.place == STREAMED for home in homes[1:])
    stayed = [home.resident_bytes for home in homes]
    assert stayed == sorted(stayed, reverse=True)
    assert stayed[-1] < homes[0].weight_bytes / 50
    assert rungs[-1].residency.split_guidance
    assert not rungs[-2].residency.split_guidance


def test_a_decoder_evicts_tiles_and_goes_to_the_processor(plan: Plan) -> None:
    told = [
        (one.keep_resident, one.residency.tile, home.device if (home := one.residency.lodging("base", VAE)) else "")
        for one in ladder(plan, events.DECODE)
    ]
    device = plan.device
    assert told == [(False, None, device), (False, 64, device), (False, 32, device), (False, 32, "cpu")]


def test_towers_go_to_the_processor_last(plan: Plan) -> None:
    *_, last = ladder(plan, events.ENCODE)
    assert all(home.device == "cpu" for home in last.residency.lodgings if home.part == TOWERS)
    assert all(home.device == plan.device for home in last.residency.lodgings if home.part == UNET)


def test_a_processor_uses_weights_where_they_lie(tmp_path_factory: pytest.TempPathFactory) -> None:
    library = Library(tmp_path_factory.mktemp("models"))
    *_, last = ladder(plan_for(library, machine("cpu", 64)), events.BASE)
    home = last.residency.lodging("base", UNET)
    assert home is not None
    assert home.place == IN_PLACE
