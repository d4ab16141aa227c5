"""Request, plan and record survive JSON whole; older and newer ones are read as far as they can be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import HangaError
from core.plain import from_plain, to_plain
from core.plan import Plan
from core.record import ImageRecord, from_json, record_of, to_json
from core.request import SCHEMA, Guidance, Lora, MicroConditioning, Request
from tests.planning.library import Library, plan_for

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MAYBE_TEXT = st.none() | TEXT
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SIDES = st.integers(1, 8192)
SIZES = st.tuples(SIDES, SIDES)

MICRO = st.builds(
    MicroConditioning,
    original_size=st.none() | SIZES,
    crop=st.tuples(st.integers(), st.integers()),
    target_size=st.none() | SIZES,
    aesthetic=FLOATS,
)
GUIDANCE = st.builds(Guidance, scale=st.none() | FLOATS, rescale=FLOATS, interval=st.tuples(FLOATS, FLOATS))
REQUESTS = st.builds(
    Request,
    prompt=TEXT,
    negative=TEXT,
    prompt_2=MAYBE_TEXT,
    negative_2=MAYBE_TEXT,
    empty_negative=TEXT,
    checkpoint=TEXT,
    refiner=MAYBE_TEXT,
    vae=MAYBE_TEXT,
    loras=st.lists(st.builds(Lora, name=TEXT, weight=FLOATS), max_size=2).map(tuple),
    width=st.none() | SIDES,
    height=st.none() | SIDES,
    aspect=MAYBE_TEXT,
    steps=st.integers(),
    sampler=TEXT,
    schedule=MAYBE_TEXT,
    guidance=GUIDANCE,
    handoff=FLOATS,
    positive=MICRO,
    negative_conditioning=MICRO,
    weights=TEXT,
    seed=st.none() | st.integers(0, 2**63 - 1),
    count=st.integers(1, 100),
    device=TEXT,
    dtype=TEXT,
)


@pytest.fixture(scope="module")
def plan(library: Library) -> Plan:
    return plan_for(library, seed=3, count=2)


@pytest.fixture(scope="module")
def record(plan: Plan) -> ImageRecord:
    return record_of(plan, 1, "2026-01-02T03:04:05+00:00", "Hanga 0", parent="abc")


def through_json(word: Any) -> Any:
    return from_plain(type(word), json.loads(json.dumps(to_plain(word), allow_nan=False)))


@given(REQUESTS)
def test_requests_come_back_whole(request_: Request) -> None:
    assert through_json(request_) == request_


def without_folders(request_: Request) -> Request:
    """What others are told of a request: which files, not where they lie on this machine."""
    refiner, vae = (None if name is None else Path(name).name for name in (request_.refiner, request_.vae))
    loras = tuple(Lora(name=Path(lora.name).name, weight=lora.weight) for lora in request_.loras)
    return replace(request_, checkpoint=Path(request_.checkpoint).name, refiner=refiner, vae=vae, loras=loras)


@given(request_=REQUESTS, numbers=st.lists(FLOATS, min_size=1, max_size=5).map(tuple), start=TEXT)
def test_plans_and_records_come_back_whole(
    plan: Plan, record: ImageRecord, request_: Request, numbers: tuple[float, ...], start: str
) -> None:
    stages = tuple(replace(stage, sigmas=numbers, timesteps=numbers[1:], vector=numbers) for stage in plan.stages)
    changed = replace(plan, request=request_, stages=stages, notes=(start,), start=replace(plan.start, key=start))
    assert through_json(changed) == changed
    kept = replace(record, plan=replace(changed, seeds=(4,)), created=start, parent=None)
    assert through_json(kept) == kept
    read = from_json(to_json(kept), "x.png")
    assert read.plan.request == without_folders(request_)
    assert read.created == start
    assert read.key == kept.key
    assert to_json(read) == to_json(kept)


def test_a_record_is_of_one_picture(plan: Plan, record: ImageRecord) -> None:
    assert (record.seed, record.index, record.count, record.parent) == (4, 1, 2, "abc")
    assert record.plan.seeds == (4,)
    assert (record.plan.request.seed, record.plan.request.count) == (4, 1)
    assert replace(record.plan, seeds=plan.seeds, request=plan.request) == plan


def test_a_key_depends_on_what_made_the_picture_and_not_on_where_it_lies(plan: Plan, record: ImageRecord) -> None:
    stage = replace(plan.stages[0], model=replace(plan.stages[0].model, path="/elsewhere/x"))
    moved = replace(record, plan=replace(record.plan, stages=(stage, *plan.stages[1:])), created="later")
    assert moved.key == record.key
    other_file = replace(stage, model=replace(stage.model, sha256="e" * 64))
    assert replace(record, plan=replace(record.plan, stages=(other_file, *plan.stages[1:]))).key != record.key
    assert record_of(plan, 0, record.created, record.software).key != record.key


def test_a_key_does_not_depend_on_how_full_the_memory_was(plan: Plan, record: ImageRecord) -> None:
    narrow = replace(record.plan, keep_resident=not plan.keep_resident, peak_bytes=1, notes=("note.streamed",))
    assert replace(record, plan=narrow).key == record.key


def test_a_member_that_a_later_version_adds_changes_no_key(record: ImageRecord) -> None:
    told = json.dumps(to_plain(record.plan, defaults=False))
    assert "adapters" not in told
    assert "loras" not in told


def test_no_folder_of_this_machine_is_told(library: Library, record: ImageRecord) -> None:
    assert str(library.folder) not in to_json(record)
    assert {stage.model.path for stage in from_json(to_json(record), "x").plan.stages} == {""}


def plain(record: ImageRecord) -> dict[str, Any]:
    data = json.loads(to_json(record))
    assert isinstance(data, dict)
    return data


def test_an_older_record_takes_defaults_for_what_it_does_not_know(record: ImageRecord) -> None:
    older = plain(record)
    del older["parent"], older["schema"], older["plan"]["notes"], older["plan"]["schema"]
    del older["plan"]["request"]["guidance"], older["plan"]["request"]["negative_2"]
    older["schema"] = SCHEMA - 1
    read = from_json(json.dumps(older), "x.png")
    assert (read.schema, read.parent, read.plan.notes) == (SCHEMA - 1, None, ())
    assert read.plan.request.guidance == Guidance()
    assert read.plan.stages == from_json(to_json(record), "x.png").plan.stages


def test_members_nobody_here_knows_are_left_out(record: ImageRecord) -> None:
    strange = plain(record) | {"mood": "calm"}
    strange["plan"]["request"]["mask"] = [{"name": "x"}]
    assert from_json(json.dumps(strange), "x.png") == from_json(to_json(record), "x.png")


def test_a_newer_record_is_refused_as_such(record: ImageRecord) -> None:
    newer = {"schema": SCHEMA + 1, "something": "else"}
    with pytest.raises(HangaError) as caught:
        from_json(json.dumps(newer), "x.png")
    assert (caught.value.code, caught.value.data) == ("file.newer_record", {"name": "x.png"})


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "3", '"x"', "{}", "[" * 100_000, '{"schema": "1"}'])
def test_what_is_no_record(text: str) -> None:
    with pytest.raises(HangaError) as caught:
        from_json(text, "x.png")
    assert caught.value.code == "file.no_record"


@given(data=st.data())
def test_a_record_with_one_member_of_another_kind_is_none(record: ImageRecord, data: st.DataObject) -> None:
    members = plain(record)
    place: Any = members
    while isinstance(place, dict):
        holder, name = place, data.draw(st.sampled_from(sorted(place)))
        place = place[name]
    if isinstance(place, str | int | float | bool):
        holder[name] = {"not": "this"}
        with pytest.raises(HangaError):
            from_json(json.dumps(members), "x.png")
