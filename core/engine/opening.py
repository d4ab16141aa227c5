"""Opening up: what is new on disk is adopted, what was broken off is taken up. It says how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from core.database.database import Database
from core.engine.notices import STARTING, Adopting, EngineChanged, Notice, PicturesChanged
from core.errors import HangaError
from core.jobs.job import Job
from core.jobs.queue import Queue
from core.library.library import Library
from core.library.reconcile import Drift
from core.paths import Home
from core.unexpected import unexpected

TOLD_SECONDS: Final = 0.25
SHOWN_SECONDS: Final = 2.0
"""How often listeners hear how far it is, and that there are further pictures to be seen."""

Say = Callable[[Notice], None]


@dataclass(frozen=True)
class Opening:
    """What was found at the start: files that had changed outside, jobs that were broken off."""

    drift: Drift = field(default_factory=Drift)
    recovered: tuple[Job, ...] = ()


class NotOpenedError(Exception):
    """The engine is being closed before it was open."""


class Opener:
    """Is run once, in the engine's thread; whoever wants the result waits for it."""

    def __init__(
        self, database: Database, library: Library, queue: Queue, say: Say, closing: Callable[[], bool]
    ) -> None:
        self._database, self._library, self._queue = database, library, queue
        self._say, self._closing = say, closing
        self._opening: Future[Opening] = Future()

    def run(self) -> bool:
        """Whether the queue can run now; if not, listeners hear why."""
        try:
            opening = self._open_up()
        except NotOpenedError:
            self._opening.set_result(Opening())
        except Exception as problem:  # noqa: BLE001  # whoever waits for the start must hear of anything
            home = Home(self._database.path.parent)
            error = problem if isinstance(problem, HangaError) else unexpected(problem, home)
            self._opening.set_exception(error)
            self._say(EngineChanged(state=STARTING, code=error.code, data=error.data))
        else:
            self._opening.set_result(opening)
            return True
        return False

    def result(self) -> Opening:
        """Raises HangaError disk.*."""
        return self._opening.result()

    def _open_up(self) -> Opening:
        """After the loss of the database every file is read again. Raises HangaError disk.*, NotOpenedError."""
        adoption = _Adoption(self._say, self._closing)
        if self._database.recovered:
            self._library.rebuild(adoption.went_on)
        drift = self._library.reconcile(adoption.went_on)
        adoption.end()
        if drift != Drift():
            self._say(PicturesChanged())
        return Opening(drift, tuple(self._queue.recover()))


@dataclass
class _Adoption:
    say: Say
    closing: Callable[[], bool]
    count: int = 0
    told: float = field(default_factory=time.monotonic)
    shown: float = field(default_factory=time.monotonic)

    def went_on(self, done: int, count: int) -> None:
        if self.closing():
            raise NotOpenedError
        now = time.monotonic()
        if now - self.told >= TOLD_SECONDS:
            self.told, self.count = now, count
            self.say(Adopting(done=done, count=count))
        if now - self.shown >= SHOWN_SECONDS:
            self.shown = now
            self.say(PicturesChanged())

    def end(self) -> None:
        if self.count:
            self.say(Adopting(done=self.count, count=self.count))
