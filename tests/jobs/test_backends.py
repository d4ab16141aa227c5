"""What the engine relies on, whoever carries its tasks out: nobody, this process, or a worker process."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import events
from core.events import Event
from core.jobs.backend import ENDINGS, Backend, WorkerDied
from core.jobs.in_process import InProcess
from core.jobs.task import Task
from core.jobs.worker_process import WorkerProcess
from core.library.picture import read_record
from core.memory.machine import this_machine
from core.paths import Home
from core.plan import Plan
from tests.jobs import fake
from tests.jobs.acting_worker import Accident, command
from tests.jobs.fake import Fake
from tests.pipeline.studio import REQUEST, Studio
from tests.tiny import write_base, write_refiner

SECONDS = 120.0

MAKERS: dict[str, Callable[[Home], Backend]] = {
    "fake": Fake,
    "fake worker": lambda home: WorkerProcess(home, command=command(home)),
    "in process": InProcess,
    "worker": lambda home: WorkerProcess(home, command=command(home, "--real")),
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A small picture of both networks."""
    torch.set_num_threads(1)
    home = Home(tmp_path_factory.mktemp("models"))
    home.models.mkdir()
    write_base(home.models / "base.safetensors")
    write_refiner(home.models / "refiner.safetensors")
    return Studio(home).plan(replace(REQUEST, width=64, steps=3, handoff=0.6))


@pytest.fixture(scope="module", params=MAKERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def home(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def backend(kind: str, home: Home) -> Iterator[Backend]:
    with contextlib.closing(MAKERS[kind](home)) as backend:
        backend.start()
        yield backend


@pytest.fixture(scope="module")
def expected(backend: Backend, plan: Plan) -> list[Event]:
    return list(backend.run(Task(plan, "expected")))


def shape(happened: list[Event]) -> list[str]:
    return [
        f"{event.name} {event.stage}" if isinstance(event, events.StageStarted) else event.name for event in happened
    ]


def endings(happened: list[Event]) -> list[Event]:
    return [event for event in happened if isinstance(event, ENDINGS)]


def saved(happened: list[Event]) -> list[events.Saved]:
    return [event for event in happened if isinstance(event, events.Saved)]


def previews(happened: list[Event]) -> list[events.Previewed]:
    return [event for event in happened if isinstance(event, events.Previewed)]


def pixels(path: str) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture)


def assert_same_pictures(happened: list[Event], expected: list[Event]) -> None:
    for one, other in zip(saved(happened), saved(expected), strict=True):
        assert np.array_equal(pixels(one.path), pixels(other.path))


def listened(backend: Backend, task: Task, heard: Callable[[int, Event], object]) -> list[Event]:
    """The events, each shown to `heard` as it comes."""
    happened = []
    for number, event in enumerate(backend.run(task)):
        heard(number, event)
        happened.append(event)
    return happened


def at(place: int, act: Callable[[], object]) -> Callable[[int, Event], None]:
    """For `listened`: do it when event number `place` comes."""

    def heard(number: int, event: Event) -> None:
        if number == place:
            act()

    return heard


def test_the_machine(backend: Backend, kind: str) -> None:
    found = fake.MACHINE if kind.startswith("fake") else this_machine()
    assert backend.machine(SECONDS) == found
    assert backend.machine(SECONDS) == found


def test_one_story_one_ending(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    assert {event.job for event in expected} == {"expected"}
    assert expected[0] == replace(expected[0], job="expected")
    assert isinstance(expected[0], events.Started)
    assert (expected[0].seeds, expected[0].width, expected[0].height) == (plan.seeds, plan.width, plan.height)
    assert endings(expected) == [expected[-1]]
    assert isinstance(expected[-1], events.Finished)
    again = list(backend.run(Task(plan, "again")))
    assert {event.job for event in again} == {"again"}
    assert shape(again) == shape(expected)
    assert_same_pictures(again, expected)


def test_pictures_are_there_when_they_are_announced(backend: Backend, plan: Plan) -> None:
    def look(number: int, event: Event) -> None:
        if isinstance(event, events.Saved):
            assert pixels(event.path).shape == (event.height, event.width, 3)
            record = read_record(Path(event.path))
            assert (record.job, record.parent, record.index) == ("job", "mother", event.index)
        if isinstance(event, events.LatentKept):
            assert Path(event.path).is_file()

    happened = listened(backend, Task(replace(plan, seeds=(7, 8)), "job", parent="mother"), look)
    assert [event.index for event in saved(happened)] == [0, 1]


def test_what_is_done_is_not_done_again(backend: Backend, plan: Plan) -> None:
    happened = list(backend.run(Task(replace(plan, seeds=(7, 8, 9)), "job", done=(0, 2))))
    assert [(event.index, event.seed) for event in saved(happened)] == [(1, 8)]
    assert shape(list(backend.run(Task(plan, "job", done=(0,))))) == ["Started", "Finished"]


def test_what_was_kept_is_gone_on_from(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    happened = list(backend.run(Task(plan, "job", resume=True)))
    assert "Stepped" not in shape(happened)
    assert_same_pictures(happened, expected)


def test_previews_are_small_pictures(expected: list[Event]) -> None:
    assert [event.step for event in previews(expected)] == [1, 2, 3]
    assert all(len(event.pixels) == 3 * event.width * event.height for event in previews(expected))


def assert_stopped_in_good_order(happened: list[Event], plan: Plan) -> None:
    """One ending; Finished only if it came too late to be stopped, and then with all pictures."""
    assert endings(happened) == [happened[-1]]
    if isinstance(happened[-1], events.Finished):
        assert len(saved(happened)) == len(plan.seeds)
    else:
        assert isinstance(happened[-1], events.Cancelled)


def test_a_task_stops_wherever_it_is(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    names = shape(expected)
    firsts = sorted({names.index(name) for name in names})
    for stop in firsts:
        happened = listened(backend, Task(plan, "job"), at(stop, backend.cancel))
        assert_stopped_in_good_order(happened, plan)
    assert_same_pictures(list(backend.run(Task(plan, "job"))), expected)


def test_a_task_stops_before_it_has_begun(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    story = backend.run(Task(plan, "job"))
    backend.cancel()
    happened = list(story)
    assert shape(happened)[-1] == "Cancelled"
    assert not saved(happened)
    assert shape(list(backend.run(Task(plan, "job")))) == shape(expected)


def test_a_task_stops_when_another_thread_says_so(backend: Backend, plan: Plan) -> None:
    long = replace(plan, seeds=tuple(range(50)))
    happened: list[Event] = []
    for event in backend.run(Task(long, "job")):
        happened.append(event)
        if len(happened) == 5:
            thread = threading.Thread(target=backend.cancel)
            thread.start()
            thread.join()
    assert isinstance(happened[-1], events.Cancelled)
    assert endings(happened) == [happened[-1]]


def test_to_cancel_nothing_changes_nothing(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    backend.cancel()
    assert shape(list(backend.run(Task(plan, "job")))) == shape(expected)
    backend.cancel()
    backend.cancel()
    assert shape(list(backend.run(Task(plan, "job")))) == shape(expected)


def test_to_stop_listening_is_to_stop(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    story = backend.run(Task(replace(plan, seeds=tuple(range(50))), "forgotten"))
    next(story)
    del story
    happened = list(backend.run(Task(plan, "job")))
    assert {event.job for event in happened} == {"job"}
    assert shape(happened) == shape(expected)


def test_what_goes_wrong_is_told(backend: Backend, kind: str, plan: Plan, expected: list[Event]) -> None:
    if kind.startswith("fake"):
        pytest.skip("nothing is read there")
    gone = replace(plan.first_stage, model=replace(plan.first_stage.model, path="/nowhere/vae.safetensors", sha256="0"))
    happened = list(backend.run(Task(replace(plan, first_stage=gone), "job")))
    assert endings(happened) == [happened[-1]]
    assert isinstance(happened[-1], events.Failed)
    assert (happened[-1].code, happened[-1].data["name"]) == ("file.missing", "vae.safetensors")
    assert_same_pictures(list(backend.run(Task(plan, "job"))), expected)


def test_warming_up_stands_in_nobodys_way(backend: Backend, plan: Plan, expected: list[Event]) -> None:
    backend.warm(plan)
    backend.warm(replace(plan, keep_resident=False))
    happened = listened(backend, Task(plan, "job"), at(3, partial(backend.warm, plan)))
    assert shape(happened) == shape(expected)


def test_bits_are_those_of_this_process(kind: str, plan: Plan, expected: list[Event], tmp_path: Path) -> None:
    here = MAKERS["fake" if kind.startswith("fake") else "in process"](Home(tmp_path / "home"))
    happened = list(here.run(Task(plan, "expected")))
    assert previews(happened) == previews(expected)
    assert_same_pictures(happened, expected)


def test_after_a_death_the_task_goes_on_to_the_same_picture(
    backend: Backend, home: Home, kind: str, plan: Plan, expected: list[Event]
) -> None:
    if "worker" not in kind:
        pytest.skip("nobody is there to die")
    unseen = replace(plan, seeds=(99,))
    Accident("segmentation fault", before=shape(expected).index("LatentKept")).order(home)
    with pytest.raises(WorkerDied):
        list(backend.run(Task(unseen, "job")))
    happened = list(backend.run(Task(unseen, "job", resume=True)))
    assert shape(happened).count("Stepped") < shape(expected).count("Stepped")
    assert_same_pictures(happened, list(backend.run(Task(unseen, "job"))))


@pytest.mark.parametrize("kind_", MAKERS)
def test_closing_stops_what_runs(kind_: str, plan: Plan, tmp_path: Path) -> None:
    if kind_ == "worker":
        pytest.skip("as a worker that computes nothing, only slower")
    backend = MAKERS[kind_](Home(tmp_path / "home"))
    backend.start()
    happened: list[Event] = []
    for event in backend.run(Task(replace(plan, seeds=tuple(range(50))), "job")):
        happened.append(event)
        if len(happened) == 3:
            backend.close()
    backend.close()
    assert isinstance(happened[-1], events.Cancelled)
    assert endings(happened) == [happened[-1]]
    late = list(backend.run(Task(plan, "late")))
    assert [event.name for event in endings(late)] == ["Cancelled"]
    assert not saved(late)


def test_a_cancellation_is_not_late(plan: Plan, tmp_path: Path) -> None:
    """While the worker is in the middle of something, `cancel` itself does not wait for it."""
    home = Home(tmp_path / "home")
    with contextlib.closing(WorkerProcess(home, command=command(home, "--seconds", 0.3))) as backend:
        happened = []
        for event in backend.run(Task(replace(plan, seeds=tuple(range(50))), "job")):
            happened.append(event)
            if shape(happened).count("Stepped") == 1 and isinstance(event, events.Stepped):
                time.sleep(0.1)
                backend.cancel()
    assert shape(happened)[-1] == "Cancelled"
    assert shape(happened).count("Stepped") <= 2
