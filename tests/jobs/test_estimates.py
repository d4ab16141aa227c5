"""Time left: learned from run to run, corrected step by step, never negative, and the nearer the end the truer."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import events
from core.errors import HangaError
from core.events import Event
from core.jobs import timings
from core.jobs.estimates import Estimator
from core.jobs.timings import MOST_KINDS, REMEMBERED, Kind, Timings
from core.plan import Plan
from core.progress import Progress
from core.request import Guidance, Request
from tests.library.conftest import plan_for

PLAN = plan_for(Request(prompt="x", sampler="euler"))
"""Two pictures, three base steps and one of the refiner each."""

TRUTH = {
    events.LOAD: 20.0,
    events.ENCODE: 8.0,
    events.BASE: 3.0,
    events.SWAP: 9.0,
    events.REFINER: 2.0,
    events.DECODE: 4.0,
    events.SAVE: 0.5,
}


def longer(plan: Plan, steps: int) -> Plan:
    base, refiner = plan.stages
    levels = tuple(float(steps + 1 - index) for index in range(steps + 1))
    return replace(plan, stages=(replace(base, sigmas=levels, timesteps=levels[:-1]), refiner))


@dataclass
class Studio:
    """Makes the events of a run as the pipeline does, and lets their time pass. `pace` multiplies what they take."""

    pace: Callable[[str], float] = lambda stage: 1.0
    now: float = 0.0
    held: set[str] = field(default_factory=set)

    def clock(self) -> float:
        return self.now

    def takes(self, stage: str, share: float = 1.0) -> None:
        self.now += TRUTH[stage] * self.pace(stage) * share

    def run(self, plan: Plan, done: Collection[int] = (), past: Collection[str] = ()) -> Iterator[Event]:
        """Roles in `past` are behind every picture, as when a broken run goes on."""
        if not plan.keep_resident:
            self.held.clear()
        yield events.Started(job="j", seeds=plan.seeds, width=plan.width, height=plan.height, steps=plan.steps)
        indices = [index for index in range(len(plan.seeds)) if index not in done]
        for group in [[index] for index in indices] if plan.keep_resident else [indices]:
            yield from self._group(plan, group, past)
        yield events.Finished(job="j", seconds=self.now)

    def _group(self, plan: Plan, group: list[int], past: Collection[str]) -> Iterator[Event]:
        for stage in plan.stages:
            if stage.role in past:
                continue
            yield self._told(events.LOAD if stage.role == "base" else events.SWAP)
            cold = stage.role not in self.held
            if cold:
                self.takes(events.LOAD if stage.role == "base" else events.SWAP)
            self.held.add(stage.role)
            yield self._told(events.ENCODE)
            if cold:
                self.takes(events.ENCODE)
            yield self._told(stage.role)
            for _ in group:
                yield from self._steps(plan, stage.role)
        for index in group:
            yield self._told(events.DECODE)
            self.takes(events.DECODE)
            yield self._told(events.SAVE)
            self.takes(events.SAVE)
            yield events.Saved(job="j", index=index, seed=index, path="x", width=8, height=8)

    def _steps(self, plan: Plan, role: str) -> Iterator[Event]:
        first = 0 if role == "base" else len(plan.stages[0].timesteps)
        for number in range(len(next(stage for stage in plan.stages if stage.role == role).timesteps)):
            self.takes(role)
            yield events.Stepped(job="j", stage=role, step=first + number + 1, steps=plan.steps, sigma=1.0, seconds=1.0)

    def _told(self, stage: str) -> Event:
        return events.StageStarted(job="j", stage=stage)


@dataclass(frozen=True)
class Seen:
    now: float
    progress: Progress


def watch(
    estimator: Estimator, studio: Studio, plan: Plan, done: Collection[int] = (), past: Collection[str] = ()
) -> list[Seen]:
    """What is told at every event of a run, just before it (time has passed) and just after."""
    estimator.begin(plan, done)
    seen = []
    for event in studio.run(plan, done, past):
        for told in (estimator.progress(), estimator.follow(event)):
            assert told is not None
            seen.append(Seen(studio.now, told))
    return seen


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "timings.json"


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here, and a busy disk takes its time."""
    monkeypatch.setattr("os.fsync", lambda _: None)


def left(seen: Seen) -> float:
    assert seen.progress.job_seconds_left is not None
    return seen.progress.job_seconds_left


def errors(seen: list[Seen]) -> list[float]:
    """How far each told rest was from the true one, as a share of the whole run."""
    start, end = seen[0].now, seen[-1].now
    told = (each for each in seen[1::2] if each.progress.share is not None)
    return [abs(left(each) - (end - each.now)) / (end - start) for each in told]


@pytest.mark.parametrize("resident", [True, False], ids=["one by one", "side by side"])
class TestASteadyMachine:
    def test_the_second_run_is_foretold_to_the_second(self, store: Path, resident: bool) -> None:
        plan, studio = replace(PLAN, keep_resident=resident), Studio()
        watch(Estimator(store, studio.clock), studio, plan)
        studio.held.clear()
        estimator = Estimator(store, studio.clock)
        expected, started = estimator.expected(plan), studio.now
        seen = watch(estimator, studio, plan)
        assert expected == pytest.approx(studio.now - started)
        assert max(errors(seen)) < 1e-9

    def test_networks_that_are_still_there_need_no_loading(self, store: Path, resident: bool) -> None:
        plan, studio = replace(PLAN, keep_resident=resident), Studio()
        estimator = Estimator(store, studio.clock)
        for _ in range(3):
            seen = watch(estimator, studio, plan)
        assert max(errors(seen)) < 1e-9
        estimator.worker_lost()
        studio.held.clear()
        assert max(errors(watch(estimator, studio, plan))) < 1e-9

    def test_pictures_that_are_done_take_no_time(self, store: Path, resident: bool) -> None:
        plan, studio = replace(PLAN, keep_resident=resident), Studio()
        estimator = Estimator(store, studio.clock)
        watch(estimator, studio, plan)
        estimator.worker_lost()
        studio.held.clear()
        assert max(errors(watch(estimator, studio, plan, done=[0]))) < 1e-9

    def test_what_an_earlier_attempt_kept_is_noticed(self, store: Path, resident: bool) -> None:
        plan, studio = replace(PLAN, keep_resident=resident), Studio()
        estimator = Estimator(store, studio.clock)
        watch(estimator, studio, plan)
        before = estimator.expected(plan)
        seen = watch(estimator, studio, plan, past=["base", "refiner"])
        assert seen[-1].progress.job_seconds_left == 0
        assert estimator.expected(plan) == pytest.approx(before), "what did not happen has taught nothing"


def test_a_machine_that_has_done_nothing_yet_knows_nothing_before_a_step(store: Path) -> None:
    studio = Studio()
    estimator = Estimator(store, studio.clock)
    assert estimator.expected(PLAN) is None
    assert estimator.progress() is None
    assert estimator.follow(events.Cancelled(job="j")) is None
    seen = watch(estimator, studio, PLAN)
    unknown = [each for each in seen if each.progress.share is None]
    assert {each.progress.stage for each in unknown} == {events.LOAD, events.ENCODE, events.BASE}
    assert all(each.progress.share is not None for each in seen[len(unknown) :])
    assert seen[-1].progress.share == 1


def test_larger_pictures_take_longer_and_other_models_about_as_long(store: Path) -> None:
    studio = Studio()
    estimator = Estimator(store, studio.clock)
    watch(estimator, studio, PLAN)
    known = estimator.expected(PLAN)
    assert known is not None
    larger = estimator.expected(replace(PLAN, width=PLAN.width * 2))
    other = estimator.expected(
        replace(PLAN, stages=tuple(replace(s, model=replace(s.model, sha256="f" * 64)) for s in PLAN.stages))
    )
    slower = estimator.expected(replace(PLAN, sampler="heun"))
    assert larger is not None
    assert known < larger <= 2 * known
    assert other is not None
    assert slower is not None
    assert estimator.expected(replace(PLAN, device="cuda:0")) is None


SAVING = [{"step_cache": 2}, {"merge_tokens": 0.4}, {"guidance": Guidance(interval=(0.0, 0.5))}, {"weights": "8bit"}]


@pytest.mark.parametrize("saving", SAVING, ids=["step cache", "merged cells", "guided part", "8 bits"])
def test_what_saves_time_is_learned_by_itself(store: Path, saving: dict[str, Any]) -> None:
    exact, studio = longer(PLAN, 8), Studio()
    request = replace(PLAN.request, **saving)
    fast = replace(exact, request=request, guidance_interval=request.guidance.interval)
    watch(Estimator(store, studio.clock), studio, exact)
    known = Estimator(store, studio.clock).expected(exact)
    uneven = "merge_tokens" not in saving and "weights" not in saving
    turns = itertools.cycle([1.0, 0.2] if uneven else [0.5])
    studio.pace = lambda stage: next(turns) if stage == events.BASE else 1.0
    for _ in range(2):
        studio.held.clear()
        started = studio.now
        watch(Estimator(store, studio.clock), studio, fast)
    estimator = Estimator(store, studio.clock)
    assert estimator.expected(exact) == pytest.approx(known)
    assert estimator.expected(fast) == pytest.approx(studio.now - started)


def test_of_two_runs_the_slow_one_was_an_accident(store: Path) -> None:
    studio = Studio(lambda stage: 3.0 if stage == events.ENCODE else 1.0)
    for _ in range(2):
        studio.held.clear()
        started = studio.now
        watch(Estimator(store, studio.clock), studio, PLAN)
        studio.pace = lambda stage: 1.0
    assert Estimator(store, studio.clock).expected(PLAN) == pytest.approx(studio.now - started)


def test_broken_runs_teach_what_they_had_done(store: Path) -> None:
    studio = Studio()
    estimator = Estimator(store, studio.clock)
    estimator.begin(PLAN)
    for event in studio.run(PLAN):
        if isinstance(event, events.StageStarted) and event.stage == events.DECODE:
            estimator.follow(events.Failed(job="j", code="disk.full"))
            break
        estimator.follow(event)
    assert timings.load(store).seconds(Kind(events.LOAD, "cpu", cold=True), PLAN.peak_bytes) == TRUTH[events.LOAD]
    assert timings.load(store).seconds(Kind(events.DECODE, "cpu"), 1.0) is None


paces = st.dictionaries(st.sampled_from(sorted(TRUTH)), st.floats(0.3, 3.0))
LIMITED = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


class TestAnyMachine:
    @LIMITED
    @given(paces, st.integers(1, 40), st.booleans(), st.sets(st.integers(0, 1)), st.randoms(use_true_random=False))
    def test_what_always_holds(
        self, tmp_path: Path, pace: dict[str, float], steps: int, resident: bool, done: set[int], noise: object
    ) -> None:
        studio = Studio(lambda stage: pace.get(stage, 1.0) * noise.uniform(0.2, 5))  # type: ignore[attr-defined]
        plan = replace(longer(PLAN, steps), keep_resident=resident)
        estimator = Estimator(tmp_path / "timings.json", studio.clock)
        for _ in range(2):
            seen = [each.progress for each in watch(estimator, studio, plan, done)]
            shares = [each.share for each in seen if each.share is not None]
            assert shares == sorted(shares)
            assert all(0 <= share <= 1 for share in shares)
            assert shares[-1] == 1
            for each in seen:
                for seconds in (each.stage_seconds_left, each.job_seconds_left):
                    assert seconds is None or 0 <= seconds < 1e6
                assert each.stage in events.STAGES
                assert 0 <= each.index < each.count == 2
            assert (seen[-1].stage_seconds_left, seen[-1].job_seconds_left) == (0, 0)

    @LIMITED
    @given(st.floats(0.25, 4.0), st.integers(16, 40))
    def test_the_error_shrinks_however_much_slower_or_faster_this_run_is(
        self, tmp_path: Path, factor: float, steps: int
    ) -> None:
        plan, studio = longer(PLAN, steps), Studio()
        store = tmp_path / "timings.json"
        watch(Estimator(store, studio.clock), studio, plan)
        studio.held.clear()
        studio.pace = lambda stage: factor if stage in (events.BASE, events.REFINER) else 1.0
        seen = watch(Estimator(store, studio.clock), studio, plan)
        found = errors(seen)
        quarters = [max(found[len(found) * part // 4 :]) for part in range(4)]
        assert quarters == sorted(quarters, reverse=True)
        assert quarters[2] <= 0.2 * quarters[0] + 1e-9
        assert quarters[3] <= 0.05 * quarters[0] + 1e-9
        (store).unlink()

    @LIMITED
    @given(st.integers(16, 40), st.randoms(use_true_random=False))
    def test_what_is_told_does_not_jump(self, tmp_path: Path, steps: int, noise: object) -> None:
        """Every part of the run takes up to a third more or less than it used to; what is told moves by a sixth."""
        plan, studio = longer(PLAN, steps), Studio()
        store = tmp_path / "timings.json"
        watch(Estimator(store, studio.clock), studio, plan)
        studio.held.clear()
        studio.pace = lambda stage: noise.uniform(0.7, 1.4)  # type: ignore[attr-defined]
        seen = watch(Estimator(store, studio.clock), studio, plan)
        whole = seen[-1].now - seen[0].now
        for before, after in itertools.pairwise(seen):
            passed = after.now - before.now
            assert abs(left(after) - (left(before) - passed)) <= whole / 6
        (store).unlink()

    def test_a_run_that_hangs_is_told_longer_and_longer(self, store: Path) -> None:
        studio = Studio()
        estimator = Estimator(store, studio.clock)
        watch(estimator, studio, PLAN)
        estimator.worker_lost()
        estimator.begin(PLAN)
        told, shares = [], []
        for _ in range(200):
            studio.now += 10
            progress = estimator.progress()
            assert progress is not None
            assert progress.job_seconds_left is not None
            told.append(progress.job_seconds_left)
            shares.append(progress.share)
        assert all(each > 0 for each in told)
        assert told[-1] > told[5]
        assert max(share for share in shares if share is not None) < 1


class TestTheFile:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xef\xbb\xbf{}",
            b"{",
            b"[]",
            b"[" * 100_000,
            b'{"schema": 3, "durations": []}',
            b'{"schema": 2, "durations": [{"kind": {"stage": "load", "device": "cpu"}, "samples": [[0, 1]]}]}',
            b'{"schema": 2, "durations": [{"kind": {"stage": "load", "device": "cpu"}, "samples": [[1, NaN]]}]}',
            b'{"schema": 2, "durations": [{"kind": {"stage": "load", "device": "cpu"}, "samples": [[1, 1e999]]}]}',
            b'{"schema": 2, "durations": [{"kind": 7, "samples": []}]}',
            b" " * (2 << 20),
        ],
        ids=range(11),
    )
    def test_garbage_is_kept_aside_and_begun_anew(self, store: Path, data: bytes) -> None:
        store.write_bytes(data)
        studio = Studio()
        watch(Estimator(store, studio.clock), studio, PLAN)
        assert (store.parent / "timings-damaged.json").read_bytes() == data
        assert json.loads(store.read_text())["schema"] == 2

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.recursive(
            st.none() | st.floats() | st.integers() | st.text() | st.booleans(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["schema", "durations", "kind", "samples", "stage"]), inner)
            ),
        )
    )
    def test_any_json(self, tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
        store = tmp_path_factory.getbasetemp() / "any.json"
        store.write_text(json.dumps({"schema": 2, "durations": data}))
        timings.load(store).seconds(Kind(events.LOAD, "cpu"), 1.0)

    def test_a_disk_that_takes_nothing_costs_no_picture(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise HangaError("disk.full", name="x", folder="y")

        monkeypatch.setattr("core.jobs.timings.write_over", refuse)
        monkeypatch.setattr("core.jobs.timings.keep_aside", refuse)
        store.write_bytes(b"garbage")
        studio = Studio()
        assert watch(Estimator(store, studio.clock), studio, PLAN)[-1].progress.share == 1
        assert store.read_bytes() == b"garbage"

    def test_something_that_is_no_file(self, store: Path) -> None:
        store.mkdir()
        assert timings.load(store) == Timings()

    def test_it_does_not_grow_for_ever(self, store: Path) -> None:
        known = Timings()
        for number in range(MOST_KINDS + 50):
            for _ in range(REMEMBERED + 3):
                known.learn(Kind("load", "cpu", model=str(number)), 1.0, 2.0)
        known.save(store)
        assert len(timings.load(store).samples) == MOST_KINDS
        assert {len(samples) for samples in timings.load(store).samples.values()} == {REMEMBERED}
        assert store.stat().st_size < 200_000

    def test_one_slow_run_does_not_move_what_is_expected(self) -> None:
        known, kind = Timings(), Kind("base", "cpu")
        for seconds in (2.0, 2.0, 900.0, 2.0):
            known.learn(kind, 1.0, seconds)
        assert known.seconds(kind, 1.0) == 2.0

    def test_the_most_similar_work_counts(self) -> None:
        known, kind = Timings(), Kind("base", "cpu")
        for side in (256, 512, 1024):
            for _ in range(2):
                known.learn(kind, float(side**2), float(side**3) / 1e6)
        assert known.seconds(kind, 1e6) == pytest.approx(1024, rel=0.5)
