"""The backend that computes in a process of its own: it may crash or hang, and this one will not."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.events import Cancelled, Event, Failed
from core.jobs.backend import CRASHED, ENDINGS, FRESH_WORKER, HUNG, WorkerDied
from core.jobs.connection import Connection
from core.jobs.launch import worker_command
from core.jobs.protocol import Cancel, Run, Warm
from core.jobs.task import Task
from core.jobs.watch import Patience, Watch
from core.machine import Machine
from core.paths import Home
from core.plan import Plan

logger = logging.getLogger(__name__)


@dataclass
class Turn:
    """A task's turn: its number, and when it was asked to stop, if it was."""

    number: int
    stopped: float | None = None


class WorkerProcess:
    """Supervises one worker at a time. One that has died, lost its device or met an error that nobody foresaw, is
    replaced at once."""

    def __init__(self, home: Home, patience: Patience | None = None, command: Sequence[str] | None = None) -> None:
        self._home = home
        self._patience = patience or Patience()
        self._command = command or worker_command(home)
        self._changing = threading.Lock()
        self._connection: Connection | None = None
        self._closed = False
        self._numbers = itertools.count(1)
        self._turn = Turn(next(self._numbers))

    def start(self) -> None:
        self._connected()

    def machine(self, timeout: float) -> Machine:
        try:
            return self._connected().machine.result(timeout)
        except TimeoutError:
            raise WorkerDied(HUNG, {"seconds": timeout, "log": str(self._home.logs)}) from None

    def run(self, task: Task) -> Iterator[Event]:
        turn = self._turn = Turn(next(self._numbers))
        return self._events(task, turn)

    def cancel(self) -> None:
        self._turn.stopped = self._turn.stopped or time.monotonic()
        if (connection := self._connection) is not None:
            connection.send(Cancel())

    def warm(self, plan: Plan) -> None:
        if (connection := self._connection) is not None:
            connection.send(Warm(plan=plan))

    def close(self) -> None:
        with self._changing:
            self._closed = True
            connection, self._connection = self._connection, None
        self._turn.stopped = self._turn.stopped or time.monotonic()
        if connection is not None:
            connection.close(self._patience.close)

    def _events(self, task: Task, turn: Turn) -> Iterator[Event]:
        try:
            yield from self._told(task, turn, self._connected())
        except WorkerDied:
            if turn.stopped is None and not self._closed:
                raise
            yield Cancelled(job=task.job)

    def _told(self, task: Task, turn: Turn, connection: Connection) -> Iterator[Event]:
        """What the worker tells of this task and no other. To stop pulling is to stop it."""
        connection.send(Run(number=turn.number, task=task))
        if turn.stopped is not None:
            connection.send(Cancel())
        over = False
        try:
            for event in self._heard(turn, connection):
                over = isinstance(event, ENDINGS)
                if isinstance(event, Failed) and event.code in FRESH_WORKER:
                    self._replace(connection)
                yield event
                if over:
                    return
        finally:
            if not over:
                connection.send(Cancel())

    def _heard(self, turn: Turn, connection: Connection) -> Iterator[Event]:
        watch = Watch(self._patience, time.monotonic())
        while True:
            told = connection.next(self._patience.look)
            now = time.monotonic()
            if isinstance(told, WorkerDied):
                raise told
            if told is not None and told.number == turn.number:
                watch.happened(now)
                yield told.event
            elif (seconds := watch.overdue(now, connection.heard, turn.stopped)) is not None:
                connection.condemn(seconds)

    def _connected(self) -> Connection:
        """The worker there is, else a new one. Raises WorkerDied when that cannot be started, or all is closed."""
        with self._changing:
            if self._closed:
                raise WorkerDied(CRASHED, {"how": "closed", "log": str(self._home.logs)})
            if self._connection is None:
                self._connection = Connection(self._command, self._home, self._replace)
            return self._connection

    def _replace(self, connection: Connection) -> None:
        """Have a fresh worker instead; but not instead of one that did not even get ready: it would fare no better."""
        connection.dismiss()
        with self._changing:
            if self._connection is not connection:
                return
            self._connection = None
        if not self._closed and connection.machine.done() and connection.machine.exception() is None:
            try:
                self.start()
            except WorkerDied as death:
                logger.warning("no fresh worker yet: %s", death)
