"""How long a run still takes: learned from earlier runs on this machine, corrected by the steps of this one.

estimator = Estimator(home.timings)
estimator.begin(plan)
for event in backend.run(task):
    show(estimator.follow(event))
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from pathlib import Path

from core import events
from core.events import Event
from core.jobs import timings
from core.jobs.course import Clock, Course
from core.jobs.outline import Outline
from core.plan import Plan
from core.progress import Progress


class Estimator:
    """One for the life of the engine; any thread may ask. `clock` counts seconds and never goes back."""

    def __init__(self, store: Path, clock: Clock = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._timings = timings.load(store)
        self._warm: frozenset[str] = frozenset()
        self._course: Course | None = None
        self._lock = threading.Lock()

    def expected(self, plan: Plan) -> float | None:
        """Seconds that `plan` would take from its start; None as long as nothing like it has been done."""
        with self._lock:
            return self._course_of(plan, ()).seconds_left()

    def stages(self, plan: Plan) -> dict[str, float]:
        """Seconds for each stage of a picture of `plan`, in their order; empty as long as some are not known."""
        with self._lock:
            return self._course_of(plan, range(1, len(plan.seeds))).stages()

    def begin(self, plan: Plan, done: Collection[int] = ()) -> None:
        """The next events are those of `plan`, without the pictures that are `done`."""
        with self._lock:
            self._course = self._course_of(plan, done)

    def follow(self, event: Event) -> Progress | None:
        """How far the run is, now that `event` has happened. None before any run."""
        with self._lock:
            if self._course is None:
                return None
            self._course.follow(event)
            if isinstance(event, events.Finished):
                self._warm = self._course.outline.left_in_memory
            if isinstance(event, events.Finished | events.Cancelled | events.Failed):
                self._timings.save(self._store)
            return self._course.progress()

    def progress(self) -> Progress | None:
        """How far the run is by now: time passes between events, too. None before any run."""
        with self._lock:
            return None if self._course is None else self._course.progress()

    def worker_lost(self) -> None:
        """Nothing is in memory any more, and nothing runs."""
        with self._lock:
            self._warm, self._course = frozenset(), None

    def _course_of(self, plan: Plan, done: Collection[int]) -> Course:
        return Course(Outline(plan, self._warm), self._timings, self._clock, done)
