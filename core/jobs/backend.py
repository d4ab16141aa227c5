"""Who carries tasks out, in this process or another one: what the engine may rely on, whichever it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

from core.errors import Datum, HangaError
from core.events import Cancelled, Event, Failed, Finished
from core.jobs.task import Task
from core.machine import Machine
from core.plan import Plan

ENDINGS: Final = (Finished, Cancelled, Failed)

HUNG: Final = "hung"
CRASHED: Final = "crashed"
KILLED: Final = "killed"
UNSTARTABLE: Final = "unstartable"

CODES: Final = {
    HUNG: "engine.worker_hung",
    CRASHED: "engine.worker_crashed",
    KILLED: "memory.worker_killed",
    UNSTARTABLE: "engine.worker_unstartable",
}


UNFORESEEN: Final = "engine.unexpected"
DEVICE_LOST: Final = "engine.device_lost"
EXHAUSTED: Final = "memory.exhausted"
FRESH_WORKER: Final = (UNFORESEEN, DEVICE_LOST)
"""Failures after which nothing in the process can be relied on any more."""


class WorkerDied(HangaError):  # noqa: N818  # that is what happened
    """The worker ended under its task. `reason` is HUNG (data: `seconds` of silence, `log`), CRASHED (`how` in a few
    words of no language, `log`), KILLED (from outside, as systems do that run out of memory; `log`), UNSTARTABLE
    (`error`). As an error it tells the artist so."""

    def __init__(self, reason: str, data: Mapping[str, Datum]) -> None:
        super().__init__(CODES[reason], **data)
        self.reason = reason


class Backend(Protocol):
    """Carries out one task at a time, and writes pictures and latents under the home itself.

    Every method but `run` and `close` returns at once and may be called from any thread.
    """

    def start(self) -> None:
        """Get ready in the background. Raises WorkerDied if there is nothing to start."""

    def machine(self, timeout: float) -> Machine:
        """What there is to compute with; waits for it. Raises WorkerDied if it is not known within `timeout` s."""

    def run(self, task: Task) -> Iterator[Event]:
        """What happens, as it happens. Ends with exactly one of `ENDINGS`, or raises WorkerDied; then the next task has
        a fresh worker. To close the iterator is to stop the task."""

    def cancel(self) -> None:
        """Stop the task that `run` was last called for, between two evaluations of its network. Without one, nothing
        happens, to the next one neither."""

    def warm(self, plan: Plan) -> None:
        """Load what `plan` needs, while there is nothing else to do."""

    def close(self) -> None:
        """Stop what runs, as `cancel` does, and let go of everything; takes seconds at most."""


class Workshop(Protocol):
    """What computes, as a worker process or `InProcess` uses it: from one thread, one thing at a time."""

    def machine(self) -> Machine: ...

    def prepare(self) -> None:
        """Whatever every task needs and takes seconds."""

    def run(self, task: Task, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """As `Backend.run`; asks `cancelled` between evaluations."""

    def warm(self, plan: Plan, cancelled: Callable[[], bool]) -> None:
        """Load what `plan` needs. Never raises: a task that needs it will meet the same trouble, and tell of it."""
