"""What holds on every machine for every request: within its memory, to the end, no slower for having more."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core import events
from core.errors import HangaError
from core.machine import Device, Machine
from core.memory.budget import room_of
from core.memory.lowering import lowered
from core.plain import from_plain, to_plain
from core.plan import Plan
from core.planning.kinds import candidates
from core.request import EIGHT_BITS, EXACT
from core.residency import IN_PLACE, RESIDENT, STREAMED
from tests.planning.library import GIB, Library, machine, plan_for

MIB = 1 << 20
GRACE = settings(deadline=None, max_examples=60)

kinds = st.sampled_from(["cuda", "xpu", "mps", "cpu"])
host_memory = st.integers(8 * 1024, 128 * 1024).map(lambda mib: mib * MIB)
device_memory = st.integers(2 * 1024, 48 * 1024).map(lambda mib: mib * MIB)
wishes = st.fixed_dictionaries(
    {
        "refiner": st.sampled_from(["auto", None]),
        "steps": st.integers(1, 60),
        "width": st.sampled_from([512, 768, 832, 1024, 1216]),
        "height": st.sampled_from([512, 1024]),
        "count": st.integers(1, 4),
        "weights": st.sampled_from([EXACT, EIGHT_BITS]),
    }
)


@cache
def library() -> Library:
    """No fixture: a test that fails would print all the headers that it knows."""
    return Library(Path(tempfile.mkdtemp()))


def a_machine(kind: str, memory: int, host: int, native: bool, limit: int | None = None) -> Machine:
    processor = Device(kind="cpu", memory=host, bfloat16=native)
    if kind == "cpu":
        return Machine(devices=(processor,), memory=host, memory_limit=limit)
    own = host if kind == "mps" else memory
    card = Device(kind=kind, memory=own, bfloat16=native)
    return Machine(devices=(card, processor), memory=host, memory_limit=limit)


machines = st.builds(a_machine, kinds, device_memory, host_memory, st.booleans())


def attempt(on: Machine, **wished: Any) -> Plan | HangaError:
    try:
        return plan_for(library(), on, **wished)
    except HangaError as refusal:
        return refusal


def within(plan: Plan, on: Machine) -> bool:
    room = room_of(candidates(plan.device, on)[0], on)
    return all(room.holds(peak.device_bytes, peak.host_bytes) for peak in plan.residency.peaks)


def slowness(plan: Plan) -> tuple[bool, int, bool, int, int, int]:
    """What makes one plan slower than another for the same request, the gravest first."""
    places = [one.place for one in plan.residency.lodgings]
    moved = sum(peak.moved_bytes for peak in plan.residency.peaks)
    return (
        plan.residency.split_guidance,
        0 if plan.residency.tile is None else 1000 - plan.residency.tile,
        IN_PLACE in places and plan.device == "cpu" and not plan.keep_resident,
        0 if plan.keep_resident else 1,
        sum(one.device != plan.device for one in plan.residency.lodgings),
        moved,
    )


@GRACE
@given(on=machines, wished=wishes)
def test_every_machine_of_eight_gigabytes_makes_every_picture_within_its_memory(
    on: Machine, wished: dict[str, Any]
) -> None:
    plan = plan_for(library(), on, **wished)
    assert "note.may_not_fit" not in plan.notes
    assert "note.on_processor" not in plan.notes
    assert within(plan, on)
    assert plan.peak_bytes <= room_of(candidates(plan.device, on)[0], on).device


@GRACE
@given(on=machines, wished=wishes, limit=st.integers(256, 24 * 1024))
def test_a_limit_is_kept_or_refused_with_one_that_is_enough(on: Machine, wished: dict[str, Any], limit: int) -> None:
    capped = replace(on, memory_limit=limit * MIB)
    plan = attempt(capped, **wished)
    if isinstance(plan, Plan):
        assert within(plan, capped)
        return
    assert plan.code == "request.limit_too_low"
    least = float(plan.data["least"])
    assert least > limit / 1024 - 0.1
    enough = replace(on, memory_limit=int((least + 0.1) * GIB))
    assert plan_for(library(), enough, **wished).device == on.devices[0].address


@GRACE
@example(
    kind="cuda",
    host=8192 * MIB,
    memory=2048 * MIB,
    more=736,
    native=True,
    wished={"refiner": "auto", "steps": 1, "width": 512, "height": 512, "count": 1, "weights": EXACT},
)
@given(
    kind=kinds,
    host=host_memory,
    memory=device_memory,
    more=st.integers(0, 16 * 1024),
    native=st.booleans(),
    wished=wishes,
)
def test_more_memory_never_makes_a_slower_plan(
    kind: str, host: int, memory: int, more: int, native: bool, wished: dict[str, Any]
) -> None:
    less = plan_for(library(), a_machine(kind, memory, host, native), **wished)
    roomy = plan_for(library(), a_machine(kind, memory + more * MIB, host + more * MIB, native), **wished)
    assume(less.device == roomy.device)
    assert slowness(roomy) <= slowness(less)


@GRACE
@given(kind=kinds, host=host_memory, memory=device_memory, native=st.booleans(), wished=wishes)
def test_eight_bits_never_make_a_slower_plan(
    kind: str, host: int, memory: int, native: bool, wished: dict[str, Any]
) -> None:
    """Where the exact weights have room, those in 8 bits do, and no more of them moves."""
    on = a_machine(kind, memory, host, native)
    exact, narrow = (plan_for(library(), on, **wished | {"weights": weights}) for weights in (EXACT, EIGHT_BITS))
    assert narrow.device == exact.device
    assert slowness(narrow) <= slowness(exact)
    homes = {(one.role, one.part): one for one in exact.residency.lodgings}
    for one in narrow.residency.lodgings:
        assert one.place != IN_PLACE
        assert one.weight_bytes <= homes[one.role, one.part].weight_bytes


@GRACE
@given(on=machines, wished=wishes)
def test_eight_bits_never_need_more_of_a_card(on: Machine, wished: dict[str, Any]) -> None:
    assume(on.devices[0].kind != "cpu")
    least = []
    for weights in (EXACT, EIGHT_BITS):
        refusal = attempt(replace(on, memory_limit=MIB), **wished | {"weights": weights})
        assert isinstance(refusal, HangaError)
        least.append(float(refusal.data["least"]))
    assert least[1] <= least[0]


@GRACE
@given(on=machines, wished=wishes, stage=st.sampled_from(events.STAGES))
def test_lowered_plans_in_eight_bits_stay_so(on: Machine, wished: dict[str, Any], stage: str) -> None:
    plan = plan_for(library(), on, **wished | {"weights": EIGHT_BITS})
    while (lower := lowered(plan, stage)) is not None:
        assert lower.request.weights == EIGHT_BITS
        assert IN_PLACE not in [one.place for one in lower.residency.lodgings]
        plan = lower


@GRACE
@given(on=machines, wished=wishes)
def test_a_plan_is_the_same_for_the_same_request_and_survives_json(on: Machine, wished: dict[str, Any]) -> None:
    plan = plan_for(library(), on, **wished)
    assert plan_for(library(), on, **wished) == plan
    assert from_plain(Plan, json.loads(json.dumps(to_plain(plan)))) == plan


@GRACE
@given(
    memory=st.integers(256, 8 * 1024),
    host=st.integers(2 * 1024, 16 * 1024),
    size=st.sampled_from([512, 1024, 2048, 4096]),
    dtype=st.sampled_from(["auto", "fp32"]),
)
def test_what_is_not_within_memory_is_said_or_refused(memory: int, host: int, size: int, dtype: str) -> None:
    on = a_machine("cuda", memory * MIB, host * MIB, native=True)
    for device in ("auto", "cuda", "cpu"):
        plan = attempt(on, width=size, height=size, dtype=dtype, device=device)
        if isinstance(plan, Plan):
            assert within(plan, on) != ("note.may_not_fit" in plan.notes)
        else:
            assert (plan.code, device) == ("memory.too_small", "cuda")


def test_a_card_of_four_gigabytes_holds_a_whole_base_in_eight_bits() -> None:
    plan = plan_for(library(), machine("cuda", 4, host=16), weights=EIGHT_BITS)
    assert [one.place for one in plan.residency.lodgings if one.part == "unet"] == [RESIDENT, RESIDENT]


def test_a_small_card_streams_what_does_not_fit() -> None:
    plan = plan_for(library(), machine("cuda", 4, host=16))
    places = [one.place for one in plan.residency.lodgings if one.part == "unet"]
    assert places == [STREAMED, STREAMED]
    moved = {peak.stage: peak.moved_bytes for peak in plan.residency.peaks}
    assert 20 * 2 * GIB < moved["base"] < 20 * 3.5 * GIB
