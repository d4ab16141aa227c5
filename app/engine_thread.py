"""EngineThread: the background engine of the window. Everything that may touch the disk happens here.

    thread = EngineThread(home)
    thread.noticed.connect(self._hear)              # notices and events, in the window's thread
    thread.start()
    thread.ask(lambda engine: engine.submit([request]), self._queued)

The window never waits: it asks, and is answered in its own thread when the answer is there. What hears its signals is a
method of a QObject: PySide may crash when another callable is connected while a thread emits.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import PriorityQueue
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QThread, Signal

from app.errands import Answer, Answers, Patience, Refusal
from core.errors import HangaError
from core.paths import Home

if TYPE_CHECKING:
    from core.engine import Engine

logger = logging.getLogger(__name__)

ACTION: Final = 0
"""What somebody waits for."""
BACKGROUND: Final = 1
"""Thumbnails, counts: what can come a moment later."""
LAST: Final = 2

CLOSING_MS: Final = 20_000
"""How long an engine may take to put everything down."""

Work = Callable[["Engine"], Any]


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
    for which nobody else answers; `noticed` what listeners of the engine hear. `patience` tells when actions wait."""

    opened = Signal(object)
    failed = Signal(object)
    noticed = Signal(object)

    def __init__(
        self, home: Home, open_engine: Callable[[Home], Engine] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._home, self._open_engine = home, open_engine or _with_worker
        self._errands: PriorityQueue[Errand] = PriorityQueue()
        self._numbers = itertools.count()
        self._closing = False
        self._answers = Answers(lambda: home, self)
        self.patience = Patience(self)

    def ask(
        self,
        work: Work,
        then: Answer = lambda answer: None,
        refused: Refusal | None = None,
        urgency: int = ACTION,
    ) -> None:
        """Have `work` done with the engine. `then` is called with what it returns, or `refused` with the HangaError it
        raised; both in the window's thread."""
        errand = Errand(urgency, next(self._numbers), work, then, refused or self.failed.emit)
        self._errands.put(self._waited_for(errand) if urgency == ACTION and not self._closing else errand)

    def close(self) -> bool:
        """Let the actions that were asked for be done, unheard, then close the engine and wait for it: seconds at
        most. False if it does not answer; then the process can only be ended, which loses nothing that was kept."""
        self._closing = True
        self.patience.stop()
        self._answers.stop()
        self._errands.put(Errand(LAST, next(self._numbers), None, lambda answer: None, self.failed.emit))
        if self.wait(CLOSING_MS):
            return True
        logger.error("the engine does not close")
        return False

    def run(self) -> None:
        """The thread's own: not to be called."""
        try:
            engine = self._open_engine(self._home)
        except HangaError as error:
            self.failed.emit(error)
            self._refuse_all(error)
            return
        with engine:
            engine.listen(self.noticed.emit)
            self._answers.carry_out(engine.start_soon, self._opened, self.failed.emit)
            while (errand := self._errands.get()).work is not None:
                if errand.urgency == ACTION or not self._closing:
                    self._carry_out(engine, errand)

    def _opened(self, _: None) -> None:
        """Everything can be asked now; what is new on disk is heard of."""
        from core.engine import Opening

        self.opened.emit(Opening())

    def _carry_out(self, engine: Engine, errand: Errand) -> None:
        work = errand.work
        assert work is not None
        self._answers.carry_out(lambda: work(engine), errand.then, errand.refused)

    def _refuse_all(self, error: HangaError) -> None:
        """There is no engine: who asks for an action is told why."""
        while (errand := self._errands.get()).work is not None:
            if errand.urgency == ACTION and not self._closing:
                self._answers.bring(errand.refused, error)

    def _waited_for(self, errand: Errand) -> Errand:
        """The same, of which `patience` knows when it begins and ends."""
        patience, number, then, refused = self.patience, errand.number, errand.then, errand.refused

        def answered(value: Any) -> None:
            patience.end(number)
            then(value)

        def was_refused(error: HangaError) -> None:
            patience.end(number)
            refused(error)

        patience.begin(number)
        return Errand(errand.urgency, number, errand.work, answered, was_refused)


def _with_worker(home: Home) -> Engine:
    """Here, not above: its modules take longer to come than a window, and this is the engine's own thread."""
    from core.engine import Engine

    return Engine.with_worker(home)
