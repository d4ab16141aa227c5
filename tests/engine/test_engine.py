"""The engine as its callers see it, on a backend that computes nothing but saves real pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import events
from core.engine import Engine
from core.engine import engine as engine_module
from core.engine.notices import WAITING_FOR_DISK, EngineChanged, JobChanged, Notice, PicturesChanged, QueueChanged
from core.errors import HangaError
from core.jobs import job as states
from core.jobs.backend import CRASHED, KILLED, WorkerDied
from core.library.query import Query
from core.machine import Device, Machine
from core.paths import Home
from core.planning.refining import Changes
from core.request import Request
from tests.jobs.fake import MACHINE, Fake, FakeWorkshop, raising

PATIENCE = 60.0
SMALL = Request(prompt="a boat", refiner=None, width=64, height=64, steps=3, seed=5)

CRASH = WorkerDied(CRASHED, {"how": "SIGSEGV", "log": "logs"})
FULL = HangaError("disk.full", name="x.png", folder="pictures")
EXHAUSTED = HangaError("memory.exhausted", device="cpu")


class Listening:
    """Everything that was heard, and what the library had at every Saved."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.heard: list[Notice] = []
        self.in_library: list[bool] = []

    def __call__(self, notice: Notice) -> None:
        self.heard.append(notice)
        if isinstance(notice, events.Saved):
            self.in_library.append(self.engine.library.at(Path(notice.path)) is not None)

    def names(self, job: str) -> list[str]:
        return [notice.name for notice in self.heard if isinstance(notice, events.Event) and notice.job == job]

    def seeds(self) -> list[int]:
        return [notice.seed for notice in self.heard if isinstance(notice, events.Saved)]

    def states(self, job: str) -> list[str]:
        return [notice.job.state for notice in self.heard if isinstance(notice, JobChanged) and notice.job.id == job]


Open = Callable[..., tuple[Engine, Listening]]


@pytest.fixture
def folder(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def opened(folder: Home) -> Iterator[Open]:
    """`opened(upsets…)` → engine and listener, not started; closed in the end."""
    engines: list[Engine] = []

    def open_(*upsets: object, seconds: float = 0.0) -> tuple[Engine, Listening]:
        engine = Engine(folder, Fake(folder, upsets, seconds))  # type: ignore[arg-type]
        engines.append(engine)
        listening = Listening(engine)
        engine.listen(listening)
        return engine, listening

    yield open_
    for engine in engines:
        engine.close()


def seeds(*numbers: int) -> list[Request]:
    return [replace(SMALL, seed=number) for number in numbers]


def test_a_picture_is_in_the_library_before_it_is_announced(opened: Open) -> None:
    engine, listening = opened()
    (job,) = engine.submit([replace(SMALL, count=2)])
    engine.start()
    assert engine.wait(PATIENCE)
    assert listening.in_library == [True, True]
    names = listening.names(job.id)
    assert (names[0], names[-1], names.count("Saved")) == ("Started", "Finished", 2)
    assert listening.states(job.id) == [states.WAITING, states.RUNNING, states.DONE]
    assert [picture.seed for picture in engine.library.of_job(job.id)] == [5, 6]
    assert engine.queue.job(job.id).saved == 2


def test_jobs_come_in_the_order_that_the_artist_gave_them(opened: Open) -> None:
    engine, listening = opened()
    first, second, third, fourth = engine.submit(seeds(1, 2, 3, 4))
    engine.move(fourth.id, first.id)
    engine.to_front(third.id)
    engine.cancel(second.id)
    assert any(isinstance(notice, QueueChanged) for notice in listening.heard)
    engine.start()
    assert engine.wait(PATIENCE)
    assert listening.seeds() == [3, 4, 1]
    assert engine.queue.job(second.id).state == states.CANCELLED


def test_a_cleared_queue_comes_back(opened: Open) -> None:
    engine, listening = opened()
    engine.submit(seeds(1, 2, 3))
    token = engine.clear()
    assert engine.queue.waiting() == []
    engine.undo_clear(token)
    engine.start()
    assert engine.wait(PATIENCE)
    assert listening.seeds() == [1, 2, 3]


def test_a_paused_queue_waits_and_goes_on(opened: Open) -> None:
    engine, listening = opened()
    engine.pause()
    engine.start()
    engine.submit(seeds(1))
    assert engine.wait(PATIENCE)
    assert listening.seeds() == []
    engine.resume()
    assert engine.wait(PATIENCE)
    assert listening.seeds() == [1]


def test_jobs_may_be_added_by_many_at_once_while_others_run(opened: Open) -> None:
    engine, listening = opened()
    engine.start()
    adding = [threading.Thread(target=lambda n=n: engine.submit(seeds(n))) for n in range(8)]
    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join()
    assert engine.wait(PATIENCE)
    assert sorted(listening.seeds()) == list(range(8))


def test_a_crash_costs_a_retry_and_a_second_one_the_place_in_the_queue(opened: Open) -> None:
    once, twice = raising(CRASH, 4), raising(CRASH, 4)
    engine, listening = opened(once, None, twice, twice)
    first, second, third = engine.submit(seeds(1, 2, 3))
    engine.start()
    assert engine.wait(PATIENCE)
    assert listening.seeds() == [1, 3]
    assert listening.names(first.id)[-1] == "Finished"
    aside = engine.queue.job(second.id)
    assert (aside.state, aside.code) == (states.SET_ASIDE, "engine.job_crashes")
    assert listening.names(second.id)[-1] == "Failed"
    assert engine.queue.job(third.id).state == states.DONE
    engine.retry(second.id)
    assert engine.wait(PATIENCE)
    assert listening.seeds() == [1, 3, 2]


CARD = Device(kind="cuda", name="card", memory=8 << 30, bfloat16=True)
WITH_CARD = Machine(devices=(CARD, *MACHINE.devices), memory=8 << 30)
LOST = HangaError("engine.device_lost", device=CARD.address, reason="CUDA error: unspecified launch failure")


def devices(listening: Listening, job: str) -> list[str]:
    """Where each attempt ran."""
    running = [notice.job for notice in listening.heard if isinstance(notice, JobChanged) and notice.job.id == job]
    return [each.plan.device for each in running if each.state == states.RUNNING and each.plan is not None]


@pytest.mark.parametrize("asked", ["auto", "cuda", "cuda:0"])
@pytest.mark.parametrize(
    ("losses", "expected"), [(1, ["cuda:0", "cuda:0"]), (2, ["cuda:0", "cuda:0", "cpu"])], ids=["once", "twice"]
)
def test_a_lost_device_costs_no_job(
    opened: Open, monkeypatch: pytest.MonkeyPatch, asked: str, losses: int, expected: list[str]
) -> None:
    monkeypatch.setattr(FakeWorkshop, "machine", lambda _: WITH_CARD)
    engine, listening = opened(*[raising(LOST, 4)] * losses)
    first, second = engine.submit([replace(SMALL, device=asked, dtype="fp16", seed=seed) for seed in (1, 2)])
    engine.start()
    assert engine.wait(PATIENCE)
    assert listening.seeds() == [1, 2]
    assert devices(listening, first.id) == expected
    assert devices(listening, second.id) == expected[-1:]
    assert not any(isinstance(notice, events.Failed) for notice in listening.heard)
    told = [notice for notice in listening.heard if isinstance(notice, EngineChanged) and notice.code]
    assert [(one.code, one.data) for one in told] == [(LOST.code, LOST.data)] * losses


def test_a_device_that_does_not_come_back(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeWorkshop, "machine", lambda workshop: WITH_CARD if workshop.upsets else MACHINE)
    engine, listening = opened(raising(LOST, 4))
    (job,) = engine.submit([replace(SMALL, device="cuda")])
    engine.start()
    assert engine.wait(PATIENCE)
    assert devices(listening, job.id) == ["cuda:0", "cpu"]
    assert engine.queue.job(job.id).state == states.DONE


@pytest.mark.parametrize(("asked", "expected"), [("auto", ["cuda:0", "cpu"]), ("cuda", ["cuda:0"])])
def test_a_card_whose_memory_another_program_has(
    opened: Open, monkeypatch: pytest.MonkeyPatch, asked: str, expected: list[str]
) -> None:
    monkeypatch.setattr(FakeWorkshop, "machine", lambda _: WITH_CARD)
    engine, listening = opened(raising(HangaError(EXHAUSTED.code, device=CARD.address), 4))
    first, second = engine.submit([replace(SMALL, device=asked, seed=seed) for seed in (1, 2)])
    engine.start()
    assert engine.wait(PATIENCE)
    assert devices(listening, first.id) == expected
    assert devices(listening, second.id) == ["cuda:0"]
    assert engine.queue.job(first.id).state == (states.DONE if asked == "auto" else states.FAILED)


def test_a_job_that_took_all_memory_is_tried_with_less(opened: Open) -> None:
    engine, listening = opened(raising(WorkerDied(KILLED, {"log": "logs"}), 4))
    first, second = engine.submit(seeds(1, 2))
    engine.start()
    assert engine.wait(PATIENCE)
    running = [notice.job for notice in listening.heard if isinstance(notice, JobChanged)]
    kept = [(each.id, each.plan.keep_resident) for each in running if each.state == states.RUNNING and each.plan]
    assert kept == [(first.id, True), (first.id, False), (second.id, True)]


def test_what_an_attempt_kept_is_not_made_again(opened: Open) -> None:
    engine, listening = opened(raising(CRASH, 12))
    (job,) = engine.submit([SMALL])
    engine.start()
    assert engine.wait(PATIENCE)
    names = listening.names(job.id)
    assert names.count("LatentKept") == 2
    assert names.count("Stepped") == 3
    assert len(engine.library.of_job(job.id)) == 1


def test_a_failure_is_told_and_the_queue_goes_on(opened: Open) -> None:
    engine, listening = opened(raising(EXHAUSTED, 3))
    first, _ = engine.submit(seeds(1, 2))
    engine.start()
    assert engine.wait(PATIENCE)
    failed = engine.queue.job(first.id)
    assert (failed.state, failed.code, dict(failed.data)) == (states.FAILED, EXHAUSTED.code, EXHAUSTED.data)
    assert listening.names(first.id)[-1] == "Failed"
    assert listening.seeds() == [2]


def test_a_request_that_cannot_be_planned_fails_alone(opened: Open) -> None:
    engine, listening = opened()
    wrong, _ = engine.submit([replace(SMALL, sampler="nonsense"), SMALL])
    engine.start()
    assert engine.wait(PATIENCE)
    assert engine.queue.job(wrong.id).code == "request.unknown_sampler"
    assert listening.seeds() == [5]


def test_a_full_disk_burns_no_job(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "RETRY_SECONDS", 0.05)
    engine, listening = opened(raising(FULL, 4), raising(FULL, 2))
    jobs = engine.submit(seeds(1, 2))
    engine.start()
    waited = threading.Event()
    engine.listen(lambda notice: waited.set() if listening.seeds() == [1, 2] else None)
    assert waited.wait(PATIENCE)
    assert engine.wait(PATIENCE)
    told = [notice.code for notice in listening.heard if isinstance(notice, EngineChanged) and notice.code]
    assert told == ["disk.full", "disk.full"]
    assert WAITING_FOR_DISK in [notice.state for notice in listening.heard if isinstance(notice, EngineChanged)]
    assert [engine.queue.job(job.id).state for job in jobs] == [states.DONE, states.DONE]


def test_to_cancel_is_acknowledged_at_once_and_the_next_job_runs(opened: Open) -> None:
    engine, listening = opened(seconds=0.2)
    stepping = threading.Event()
    engine.listen(lambda notice: stepping.set() if isinstance(notice, events.Stepped) else None)
    first, _ = engine.submit(seeds(1, 2))
    engine.start()
    assert stepping.wait(PATIENCE)
    engine.cancel(first.id)
    assert listening.states(first.id)[-1] == states.CANCELLED
    assert engine.queue.job(first.id).state == states.CANCELLED
    assert engine.wait(PATIENCE)
    assert listening.names(first.id)[-1] == "Cancelled"
    assert listening.seeds() == [2]


def test_a_closed_engine_goes_on_where_it_was(opened: Open) -> None:
    engine, listening = opened(seconds=0.1)
    saved = threading.Event()
    engine.listen(lambda notice: saved.set() if isinstance(notice, events.Saved) else None)
    (job,) = engine.submit([replace(SMALL, count=4, seed=None)])
    engine.start()
    assert saved.wait(PATIENCE)
    engine.close()
    before = len(listening.seeds())
    assert 1 <= before < 4
    again, later = opened()
    opening = again.start()
    assert again.wait(PATIENCE)
    assert opening.recovered == ()
    first = listening.seeds()[0]
    assert [picture.seed for picture in again.library.of_job(job.id)] == list(range(first, first + 4))
    assert later.seeds() == list(range(first + before, first + 4))


def test_pictures_laid_into_the_folder_are_adopted_and_missing_ones_told(opened: Open, folder: Home) -> None:
    engine, _ = opened()
    engine.submit(seeds(1, 2))
    engine.start()
    assert engine.wait(PATIENCE)
    first, second = engine.library.page(Query(), 9).pictures
    engine.close()
    (folder.pictures / "mine.png").write_bytes(first.path.read_bytes())
    second.path.unlink()
    drift = opened()[0].start().drift
    assert drift.added == ("pictures/mine.png",)
    assert drift.missing == (second.path.relative_to(folder.root).as_posix(),)


def test_a_picture_is_refined_from_what_it_kept(opened: Open) -> None:
    engine, _ = opened()
    engine.submit([SMALL])
    engine.start()
    assert engine.wait(PATIENCE)
    from core.library.picture import read_record

    (picture,) = engine.library.page(Query(), 9).pictures
    job = engine.refine(read_record(picture.path), Changes(refiner="starter-refiner"))
    assert engine.wait(PATIENCE)
    (refined,) = engine.library.of_job(job.id)
    assert refined.parent == picture.key
    assert [one.id for one in engine.library.lineage(refined.id).ancestors] == [picture.id]


def test_whoever_no_longer_listens_hears_nothing(opened: Open) -> None:
    engine, listening = opened()
    heard: list[Notice] = []
    stop = engine.listen(heard.append)
    stop()
    engine.submit(seeds(1))
    assert heard == []
    assert listening.heard


def test_pictures_are_told_to_have_changed(opened: Open) -> None:
    engine, listening = opened()
    engine.submit(seeds(1))
    engine.start()
    assert engine.wait(PATIENCE)
    (changed,) = [notice.pictures for notice in listening.heard if isinstance(notice, PicturesChanged)]
    assert [engine.library.picture(number).seed for number in changed] == [1]


def test_a_plan_says_what_would_be_done(opened: Open) -> None:
    engine, _ = opened()
    assert (engine.plan(SMALL).width, engine.plan(SMALL).seeds) == (64, (5,))
