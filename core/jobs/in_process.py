"""The backend without a process: for the command line, tests, and whoever has a process of their own to spare."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from core.events import Event
from core.jobs.backend import Workshop
from core.jobs.task import Task
from core.machine import Machine
from core.paths import Home
from core.plan import Plan


class InProcess:
    """Carries tasks out in the thread that pulls their events. Nothing protects it from a crash."""

    def __init__(self, home: Home, workshop: Workshop | None = None) -> None:
        self._home = home
        self._workshop = workshop
        self._opening = threading.Lock()
        self._stop = threading.Event()
        """Asked by the newest task whether to stop."""
        self._closed = False

    def start(self) -> None:
        """Nothing to be done: there is no other thread to get ready in."""

    def machine(self, timeout: float) -> Machine:
        return self._opened().machine()

    def run(self, task: Task) -> Iterator[Event]:
        stop = self._stop = threading.Event()
        if self._closed:
            stop.set()
        return self._opened().run(task, stop.is_set)

    def cancel(self) -> None:
        self._stop.set()

    def warm(self, plan: Plan) -> None:
        """Nothing to be done: between tasks there is nobody to do it."""

    def close(self) -> None:
        self._closed = True
        self._stop.set()

    def _opened(self) -> Workshop:
        with self._opening:
            if self._workshop is None:
                # Here, not above: torch takes seconds to import.
                from core.jobs.torch_workshop import TorchWorkshop

                self._workshop = TorchWorkshop(self._home)
            return self._workshop
