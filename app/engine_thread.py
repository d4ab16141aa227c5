"""EngineThread: the background engine of the window. Everything that may touch the disk happens here.

    thread = EngineThread(home)
    thread.noticed.connect(self._hear)              # notices and events, in the window's thread
    thread.start()
    thread.ask(lambda engine: engine.submit([request]), self._queued)

The window never waits: it asks, and is answered in its own thread when the answer is there.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import PriorityQueue
from typing import Any, Final

from PySide6.QtCore import QObject, QThread, Signal, Slot

from core.engine import Engine
from core.errors import HangaError
from core.paths import Home
from core.unexpected import unexpected

logger = logging.getLogger(__name__)

ACTION: Final = 0
"""What somebody waits for."""
BACKGROUND: Final = 1
"""Thumbnails, counts: what can come a moment later."""
LAST: Final = 2

Work = Callable[[Engine], Any]
Answer = Callable[[Any], object]
Refusal = Callable[[HangaError], object]


@dataclass(order=True)
class Errand:
    """Work for the engine, and who is to hear of it. Those of one urgency are done in the order they came in."""

    urgency: int
    number: int
    work: Work | None = field(compare=False)
    then: Answer = field(compare=False)
    refused: Refusal = field(compare=False)


class EngineThread(QThread):
    """`opened` carries the `Opening`; `failed` the HangaError that kept the engine from opening, or that an errand met
    for which nobody else answers; `noticed` what listeners of the engine hear."""

    opened = Signal(object)
    failed = Signal(object)
    noticed = Signal(object)
    _answered = Signal(object, object)

    def __init__(
        self, home: Home, open_engine: Callable[[Home], Engine] = Engine.with_worker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._home, self._open_engine = home, open_engine
        self._errands: PriorityQueue[Errand] = PriorityQueue()
        self._numbers = itertools.count()
        self._closing = False
        self._answered.connect(self._hear)

    def ask(
        self,
        work: Work,
        then: Answer = lambda answer: None,
        refused: Refusal | None = None,
        urgency: int = ACTION,
    ) -> None:
        """Have `work` done with the engine. `then` is called with what it returns, or `refused` with the HangaError it
        raised; both in the window's thread."""
        self._put(urgency, work, then, refused or self.failed.emit)

    def close(self) -> None:
        """Let the actions that were asked for be done, then close the engine, and wait for it: seconds at most."""
        self._closing = True
        self._put(LAST, None, lambda answer: None, self.failed.emit)
        self.wait()

    def run(self) -> None:
        """The thread's own: not to be called."""
        try:
            engine = self._open_engine(self._home)
        except HangaError as error:
            self.failed.emit(error)
            return
        with engine:
            engine.listen(self.noticed.emit)
            self._carry_out(engine, Errand(ACTION, -1, Engine.start, self.opened.emit, self.failed.emit))
            while (errand := self._errands.get()).work is not None:
                if errand.urgency == ACTION or not self._closing:
                    self._carry_out(engine, errand)

    @Slot(object, object)
    def _hear(self, answer: Answer, value: object) -> None:
        """In the window's thread, because this object lives there."""
        answer(value)

    def _put(self, urgency: int, work: Work | None, then: Answer, refused: Refusal) -> None:
        self._errands.put(Errand(urgency, next(self._numbers), work, then, refused))

    def _carry_out(self, engine: Engine, errand: Errand) -> None:
        assert errand.work is not None
        try:
            answer = errand.work(engine)
        except HangaError as error:
            self._answered.emit(errand.refused, error)
        except Exception as error:  # noqa: BLE001  # a mistake in one errand must not end the engine
            self._answered.emit(errand.refused, unexpected(error, self._home))
        else:
            self._answered.emit(errand.then, answer)
