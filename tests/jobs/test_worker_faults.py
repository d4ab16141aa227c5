"""Worker processes that die, hang or talk nonsense: the window hears of it, and the next task comes out right."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import events
from core.errors import HangaError
from core.jobs import torch_workshop
from core.jobs.backend import CRASHED, HUNG, KILLED, UNSTARTABLE, WorkerDied
from core.jobs.in_process import InProcess
from core.jobs.launch import worker_command
from core.jobs.protocol import Hello, framed
from core.jobs.task import Task
from core.jobs.watch import Patience, Watch
from core.jobs.worker_process import WorkerProcess
from core.paths import Home
from core.plan import Plan
from tests.house import ROOT
from tests.jobs.acting_worker import DEATHS, Accident, command
from tests.jobs.parent import BEAT_PATIENCE, leave_plan, parent_command
from tests.tools import worker_faults

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its accidents are signals")

IMPATIENT = Patience(beat=6.0, event=3.0)
"""So that hanging is found out soon. Such a worker must be ready before it gets a task: getting ready is no event."""
SECONDS = 120.0
"""After which a test gives up."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    torch.set_num_threads(1)
    return worker_faults.small_plan(Home(tmp_path_factory.mktemp("models")))


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def backend(place: Home) -> Iterator[WorkerProcess]:
    place.root.mkdir()
    with contextlib.closing(WorkerProcess(place, command=command(place))) as backend:
        yield backend


def names(backend: WorkerProcess | InProcess, plan: Plan) -> list[str]:
    return [event.name for event in backend.run(Task(plan, "job"))]


def workers() -> list[psutil.Process]:
    """Children of this process, those included that are dead but not buried."""
    return psutil.Process().children()


def eventually(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


REASONS = {
    "killed": (KILLED, ""),
    "segmentation fault": (CRASHED, "SIGSEGV"),
    "bus error": (CRASHED, "SIGBUS"),
    "abort": (CRASHED, "SIGABRT"),
    "exit": (CRASHED, "exit code 3"),
    "exit as if all were well": (CRASHED, "exit code 0"),
    "stopped": (HUNG, ""),
    "holding the interpreter": (HUNG, ""),
    "silent": (HUNG, ""),
    "raise": (CRASHED, "exit code 1"),
    "garbage": (CRASHED, "a frame begins with b'Down'"),
    "half a frame": (CRASHED, "a frame was cut off after 10 of 14 bytes"),
    "monstrous frame": (CRASHED, "is too long"),
}
SAYING_WHERE = ("segmentation fault", "bus error", "abort", "holding the interpreter", "silent", "raise")


@pytest.fixture(scope="class")
def fatal_place(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="class")
def survivor(fatal_place: Home) -> Iterator[WorkerProcess]:
    """The same one through all deaths."""
    with contextlib.closing(WorkerProcess(fatal_place, IMPATIENT, command(fatal_place))) as backend:
        yield backend


class TestDeaths:
    @pytest.mark.parametrize("kind", DEATHS)
    def test_are_told_and_the_next_task_is_fine(
        self, kind: str, survivor: WorkerProcess, fatal_place: Home, plan: Plan
    ) -> None:
        reason, how = REASONS[kind]
        survivor.machine(SECONDS)
        Accident(kind, before=5).order(fatal_place)
        happened: list[str] = []
        with pytest.raises(WorkerDied) as died:
            happened.extend(event.name for event in survivor.run(Task(plan, "job")))
        assert (died.value.reason, "Finished" in happened) == (reason, False)
        assert how in str(died.value.data.get("how", ""))
        log = Path(str(died.value.data["log"]))
        assert log.parent == fatal_place.logs
        if kind in SAYING_WHERE:
            assert "tests/jobs/acting_worker.py" in log.read_text("utf-8")
        survivor.machine(SECONDS)
        assert names(survivor, plan)[-1] == "Finished"
        assert len(workers()) == 1


def test_nothing_is_left_behind(place: Home, plan: Plan) -> None:
    """Neither processes, dead or alive, nor threads, nor descriptors."""
    place.root.mkdir()
    counts = []
    for kinds in (("exit",), ("killed", "garbage")):
        with contextlib.closing(WorkerProcess(place, command=command(place))) as backend:
            for kind in kinds:
                Accident(kind, before=5).order(place)
                with pytest.raises(WorkerDied):
                    names(backend, plan)
            assert names(backend, plan)[-1] == "Finished"
        counts.append((len(workers()), psutil.Process().num_fds(), threading.active_count()))
    assert counts[0] == counts[1]
    assert counts[0][0] == 0


def test_a_worker_that_dies_at_rest_is_replaced_before_it_is_needed(backend: WorkerProcess, plan: Plan) -> None:
    backend.machine(SECONDS)
    (first,) = workers()
    first.kill()
    assert eventually(lambda: [worker.pid for worker in workers() if worker.is_running()] not in ([], [first.pid]))
    assert names(backend, plan)[-1] == "Finished"


@pytest.mark.parametrize(("kind", "code"), [("unforeseen", "engine.unexpected"), ("device lost", "engine.device_lost")])
def test_a_failure_that_spoils_the_process_is_told_and_its_worker_replaced(
    backend: WorkerProcess, place: Home, plan: Plan, kind: str, code: str
) -> None:
    backend.machine(SECONDS)
    (first,) = workers()
    Accident(kind, before=5).order(place)
    *_, last = backend.run(Task(plan, "job"))
    assert isinstance(last, events.Failed)
    assert last.code == code
    assert names(backend, plan)[-1] == "Finished"
    assert eventually(lambda: not first.is_running())
    assert len(workers()) == 1
    assert not place.logs.exists()


def test_what_libraries_print_is_nobodys_frame(backend: WorkerProcess, place: Home, plan: Plan) -> None:
    quiet = names(backend, plan)
    Accident("chatter", before=5).order(place)
    assert names(backend, plan) == quiet


def test_a_death_while_cancelling_is_a_cancellation(backend: WorkerProcess, place: Home, plan: Plan) -> None:
    Accident("killed", before=9).order(place)
    happened = []
    for event in backend.run(Task(plan, "job")):
        happened.append(event.name)
        if len(happened) == 5:
            backend.cancel()
    assert happened[-1] == "Cancelled"


def test_a_task_that_will_not_stop_is_stopped(place: Home, plan: Plan) -> None:
    place.root.mkdir()
    Accident("silent", before=3).order(place)
    with contextlib.closing(WorkerProcess(place, Patience(cancel=0.5), command(place))) as backend:
        happened = []
        for event in backend.run(Task(plan, "job")):
            happened.append(event.name)
            backend.cancel()
        assert happened[-1] == "Cancelled"
        assert names(backend, plan)[-1] == "Finished"


def test_closing_does_not_wait_for_a_worker_that_hangs(place: Home, plan: Plan) -> None:
    place.root.mkdir()
    Accident("stopped", before=3).order(place)
    backend = WorkerProcess(place, Patience(close=0.5), command(place))
    story = backend.run(Task(plan, "job"))
    seen = [next(story).name for _ in range(3)]
    backend.close()
    assert [*seen, *(event.name for event in story)][-1] == "Cancelled"
    assert workers() == []


class TestStarting:
    def test_a_program_that_is_not_there(self, place: Home, plan: Plan) -> None:
        backend = WorkerProcess(place, command=["/nowhere/hanga"])
        for attempt in (backend.start, lambda: backend.machine(1), lambda: names(backend, plan)):
            with pytest.raises(WorkerDied) as died:
                attempt()
            assert (died.value.reason, died.value.code) == (UNSTARTABLE, "engine.worker_unstartable")
        backend.cancel()
        backend.warm(plan)
        backend.close()

    def test_a_worker_that_never_gets_ready_is_not_started_for_ever(self, place: Home, plan: Plan) -> None:
        starts = place.root / "starts"
        place.root.mkdir()
        script = f"import os\nwith open({str(starts)!r}, 'a') as file: file.write('x')\nos._exit(7)"
        with contextlib.closing(WorkerProcess(place, command=[sys.executable, "-c", script])) as backend:
            for number in (1, 2):
                with pytest.raises(WorkerDied, match="exit code 7"):
                    names(backend, plan)
                time.sleep(0.2)
                assert len(starts.read_text()) == number
            with pytest.raises(WorkerDied, match="exit code 7"):
                backend.machine(SECONDS)

    def test_a_worker_that_does_not_say_what_it_has(self, place: Home) -> None:
        with contextlib.closing(
            WorkerProcess(place, command=[sys.executable, "-c", "import sys; sys.stdin.read()"])
        ) as backend:
            with pytest.raises(WorkerDied) as died:
                backend.machine(0.1)
            assert died.value.reason == HUNG

    def test_a_worker_of_another_version(self, place: Home, plan: Plan) -> None:
        hello = framed(Hello(version="0.0.7", pid=1))
        script = f"import sys\nsys.stdout.buffer.write({hello!r})\nsys.stdout.flush()\nsys.stdin.read()"
        backend = WorkerProcess(place, command=[sys.executable, "-c", script])
        with contextlib.closing(backend), pytest.raises(WorkerDied, match=r"the worker is Hanga 0\.0\.7"):
            names(backend, plan)

    def test_the_command_line(self, place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        home = ["--home", str(place.root)]
        assert worker_command(place) == [sys.executable, "-m", "core.jobs.worker", *home]
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        assert worker_command(place) == [sys.executable, "--worker", *home]


class TestTheWindow:
    """Seen from outside: a window in a process of its own, and its worker."""

    @contextlib.contextmanager
    def window(self, place: Home, plan: Plan, *options: object) -> Iterator[tuple[subprocess.Popen[str], int]]:
        """The window, in the middle of a task, and its worker's process."""
        leave_plan(place, plan)
        with subprocess.Popen(parent_command(place, *options), stdout=subprocess.PIPE, text=True, cwd=ROOT) as window:
            assert window.stdout is not None
            assert next(line for line in window.stdout if line == "Stepped\n")
            (worker,) = psutil.Process(window.pid).children()
            yield window, worker.pid
            window.kill()

    def test_no_worker_outlives_it(self, place: Home, plan: Plan) -> None:
        with self.window(place, replace(plan, seeds=tuple(range(999))), "--seconds", 0.2) as (window, worker):
            window.kill()
            window.wait()
            assert eventually(lambda: not psutil.pid_exists(worker))

    def test_not_even_one_that_cannot_hear(self, place: Home, plan: Plan) -> None:
        place.root.mkdir()
        Accident("holding the interpreter", before=8).order(place)
        with self.window(place, plan, "--deaf", 2) as (window, worker):
            window.kill()
            window.wait()
            assert eventually(lambda: not psutil.pid_exists(worker))

    def test_sleep_is_not_held_against_the_worker(self, place: Home, plan: Plan) -> None:
        with self.window(place, replace(plan, seeds=(1, 2)), "--seconds", 0.2) as (window, worker):
            for number in (signal.SIGSTOP, signal.SIGCONT):
                for process in (worker, window.pid):
                    os.kill(process, number)
                time.sleep(BEAT_PATIENCE + 1 if number == signal.SIGSTOP else 0)
            assert window.stdout is not None
            told = window.stdout.read().split()
        assert told[-2:] == ["Finished", "over"]


class TestWatch:
    """On a clock of the test's own."""

    patience = Patience(beat=60, event=3600, cancel=30)

    @given(st.lists(st.floats(0, 500), min_size=1, max_size=50), st.integers(1, 100))
    def test_who_beats_is_left_alone_however_long_the_machine_sleeps(self, sleeps: list[float], events_: int) -> None:
        now = heard = 0.0
        watch = Watch(self.patience, now)
        for sleep in sleeps:
            for _ in range(events_):
                now += self.patience.look
                heard = now - 1.5
                assert watch.overdue(now, heard, None) is None
            watch.happened(now)
            now += sleep
            assert watch.overdue(now, heard, None) is None

    @pytest.mark.parametrize(
        ("beats", "cancelled", "limit"), [(False, None, 60), (True, None, 3600), (True, 0.0, 30)], ids=str
    )
    def test_who_is_silent_is_not(self, beats: bool, cancelled: float | None, limit: float) -> None:
        watch = Watch(self.patience, 0.0)
        ticks = (number * self.patience.look for number in range(1, 10_000))
        times = ((now, watch.overdue(now, now if beats else 0.0, cancelled)) for now in ticks)
        now, seconds = next((now, seconds) for now, seconds in times if seconds is not None)
        assert (seconds, limit < now <= limit + self.patience.look) == (limit, True)

    def test_after_a_sleep_there_is_time_anew_but_not_for_ever(self) -> None:
        watch = Watch(self.patience, 0.0)
        assert watch.overdue(30.0, 0.0, None) is None
        assert watch.overdue(10_000.0, 0.0, None) is None
        ticks = (10_000 + number * self.patience.look for number in range(1, 1000))
        now = next(now for now in ticks if watch.overdue(now, 0.0, None) is not None)
        assert 10_060 < now < 10_061


class TestTheWorkshop:
    """What computes, in this process."""

    def test_bugs_are_told_and_kept_and_the_next_task_is_fine(
        self, place: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backend = InProcess(place)
        expected = names(backend, plan)

        def wrong(*_: object, **__: object) -> Iterator[events.Event]:
            yield events.Started(job="job", seeds=(), width=0, height=0, steps=0)
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(torch_workshop, "run", wrong)
            *_, last = backend.run(Task(plan, "job"))
        assert isinstance(last, events.Failed)
        (log,) = place.logs.iterdir()
        assert (last.code, last.data) == ("engine.unexpected", {"error": "ZeroDivisionError", "log": str(log)})
        assert names(backend, plan) == expected

    def test_after_memory_ran_out_nothing_is_held(
        self, place: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workshop = torch_workshop.TorchWorkshop(place)
        list(workshop.run(Task(plan, "job"), lambda: False))
        assert workshop.networks.held

        def full(*_: object) -> None:
            raise torch.OutOfMemoryError

        monkeypatch.setattr("core.models.unet.UNet.forward", full)
        *_, last = workshop.run(Task(plan, "job"), lambda: False)
        assert isinstance(last, events.Failed)
        assert HangaError(last.code).area == "memory"
        assert not workshop.networks.held

    def test_warming_up_loads_what_the_task_needs(
        self, place: Home, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workshop = torch_workshop.TorchWorkshop(place)
        workshop.warm(plan, lambda: True)
        assert not workshop.networks.held
        workshop.warm(replace(plan, keep_resident=False), lambda: False)
        assert [part for _, part, *_ in workshop.networks.held] == ["towers"]
        workshop.warm(plan, lambda: False)
        assert sorted(part for _, part, *_ in workshop.networks.held) == ["towers", "unet", "vae"]
        monkeypatch.setattr("core.pipeline.networks.describe", lambda path: pytest.fail("read again"))
        *_, last = workshop.run(Task(plan, "job"), lambda: False)
        assert isinstance(last, events.Finished)

    def test_warming_up_never_fails(self, place: Home, plan: Plan) -> None:
        (stage,) = plan.stages
        gone = replace(stage.model, path="/nowhere/base.safetensors")
        workshop = torch_workshop.TorchWorkshop(place)
        workshop.warm(replace(plan, stages=(replace(stage, model=gone, text=gone),)), lambda: False)
        assert not workshop.networks.held


def test_a_small_campaign(tmp_path: Path) -> None:
    """Everything at random moments. A failure is repeated by its seed."""
    seed = random.SystemRandom().randrange(2**32)
    with worker_faults.stage(tmp_path / "home", random.Random(seed)) as played:
        for kind in ("killed", "half a frame"):
            tally = played.deaths(kind, 1)
            assert tally.well == tally.tried, f"{kind}, seed {seed}"
    # An accident may outlast the task that it was meant for: cancellations get a worker that has none before it.
    with worker_faults.stage(tmp_path / "another home", random.Random(seed)) as played:
        tally = played.cancellations(10)
        assert tally.well == tally.tried, f"cancelled, seed {seed}"
