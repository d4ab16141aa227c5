"""Deaths and cancellations of worker processes at random moments: `python -m tests.tools.worker_faults --count 20`.

Every kind of death `--count` times, and `--cancels` cancellations; after each, the next task must come out right. With
`--real` the worker computes small pictures with torch, otherwise it only acts as if, which is much quicker. Prints a
table; `--seed` repeats a campaign.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core import events
from core.events import Event
from core.jobs.backend import Backend, WorkerDied
from core.jobs.task import Task
from core.jobs.watch import Patience
from core.jobs.worker_process import WorkerProcess
from core.paths import Home
from core.plan import Plan
from tests.jobs.acting_worker import DEATHS, Accident, command
from tests.pipeline.studio import REQUEST, Studio
from tests.tiny import write_base

PATIENCE: Final = Patience(beat=6.0, event=5.0)
PATIENCE_REAL: Final = Patience(beat=30.0, event=60.0)
"""A real worker still imports libraries when it knows its machine."""
READY_SECONDS: Final = 120.0
STEP_SECONDS: Final = 0.01
MANY: Final = 50
LONGEST_DELAY: Final = 0.3
ATTEMPTS: Final = 2
"""An accident that comes too late for its own task may still hit the next one, but no third."""


@dataclass
class Tally:
    """How often it went well, and the slowest of what was timed, in seconds."""

    tried: int = 0
    well: int = 0
    slowest: float = 0.0
    slowest_return: float = 0.0

    def add(self, well: bool, seconds: float, return_seconds: float = 0.0) -> None:
        self.tried += 1
        self.well += well
        self.slowest = max(self.slowest, seconds)
        self.slowest_return = max(self.slowest_return, return_seconds)


@dataclass(frozen=True)
class Stage:
    """Where a campaign is played: a backend under observation, and the picture that must always come out."""

    home: Home
    backend: Backend
    plan: Plan
    expected: np.ndarray
    chance: random.Random

    def deaths(self, kind: str, count: int) -> Tally:
        """`count` deaths of a `kind`, each followed by a task that nothing happens to; the time is that until it has
        begun."""
        tally = Tally()
        for _ in range(count):
            self._accident(kind).order(self.home)
            _attempted(self.backend, Task(replace(self.plan, seeds=tuple(range(3))), "doomed"))
            died = time.monotonic()
            began, well = died, False
            for _ in range(ATTEMPTS):
                happened, began = _attempted(self.backend, Task(self.plan, "next"))
                if well := self._is_right(happened):
                    break
            tally.add(well, began - died)
        return tally

    def cancellations(self, count: int) -> Tally:
        """The time is that from the wish to the ending."""
        tally = Tally()
        for _ in range(count):
            wish = _Wish(self.backend, self.chance.uniform(0, LONGEST_DELAY))
            happened, _ = _attempted(self.backend, Task(replace(self.plan, seeds=tuple(range(MANY))), "long"), wish)
            ended = time.monotonic()
            wish.join()
            well = bool(happened) and isinstance(happened[-1], events.Cancelled)
            tally.add(well, ended - wish.made, wish.returned - wish.made)
        tally.well -= 0 if self._is_right(_attempted(self.backend, Task(self.plan, "after"))[0]) else 1
        return tally

    def _accident(self, kind: str) -> Accident:
        if kind in ("raise", "silent") or self.chance.random() < 0.5:
            return Accident(kind, before=self.chance.randrange(12))
        return Accident(kind, seconds=self.chance.uniform(0, LONGEST_DELAY))

    def _is_right(self, happened: list[Event]) -> bool:
        pictures = [_pixels(event.path) for event in happened if isinstance(event, events.Saved)]
        right = len(pictures) == 1 and np.array_equal(pictures[0], self.expected)
        return right and isinstance(happened[-1], events.Finished)


class _Wish(threading.Thread):
    """To cancel, some seconds after the first event."""

    def __init__(self, backend: Backend, seconds: float) -> None:
        super().__init__()
        self._backend, self._seconds = backend, seconds
        self.made = self.returned = 0.0

    def run(self) -> None:
        time.sleep(self._seconds)
        self.made = time.monotonic()
        self._backend.cancel()
        self.returned = time.monotonic()


def _attempted(backend: Backend, task: Task, wish: _Wish | None = None) -> tuple[list[Event], float]:
    """What happened, to the end or to a death, and when it began."""
    happened: list[Event] = []
    began = time.monotonic()
    with contextlib.suppress(WorkerDied):
        backend.machine(READY_SECONDS)
        for event in backend.run(task):
            if not happened:
                began = time.monotonic()
                if wish is not None:
                    wish.start()
            happened.append(event)
    return happened, began


def _pixels(path: str) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture)


def small_plan(home: Home) -> Plan:
    """Of a picture of the base alone, whose model this writes into the home."""
    home.models.mkdir(parents=True)
    write_base(home.models / "base.safetensors")
    return Studio(home).plan(replace(REQUEST, refiner=None, width=64, steps=4))


@contextlib.contextmanager
def stage(folder: Path, chance: random.Random, real: bool = False) -> Iterator[Stage]:
    home = Home(folder)
    plan = small_plan(home)
    options = ["--real"] if real else ["--seconds", str(STEP_SECONDS)]
    backend = WorkerProcess(home, PATIENCE_REAL if real else PATIENCE, command(home, *options))
    with contextlib.closing(backend):
        backend.machine(READY_SECONDS)
        first = [event for event in backend.run(Task(plan, "first")) if isinstance(event, events.Saved)]
        yield Stage(home, backend, plan, _pixels(first[0].path), chance)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=5, help="deaths of each kind")
    parser.add_argument("--cancels", type=int, default=100)
    parser.add_argument("--kinds", nargs="*", default=list(DEATHS), choices=list(DEATHS))
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    print(f"Seed {options.seed}, {'real' if options.real else 'acting'} worker.\n")
    print("| what | went on well | slowest, s | slowest return of cancel, s |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder) / "home", chance, options.real) as played:
        for kind in options.kinds:
            _print_row(kind, played.deaths(kind, options.count))
    # An accident may outlast the task that it was meant for: cancellations get a worker that has none before it.
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder) / "home", chance, options.real) as played:
        _print_row("cancelled", played.cancellations(options.cancels))


def _print_row(what: str, tally: Tally) -> None:
    returned = f"{tally.slowest_return:.4f}" if tally.slowest_return else ""
    print(f"| {what} | {tally.well}/{tally.tried} | {tally.slowest:.2f} | {returned} |", flush=True)


if __name__ == "__main__":
    main()
