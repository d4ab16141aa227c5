"""Errands: work done in another thread, whose answer is brought back into the window's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.errors import HangaError
from core.paths import Home
from core.unexpected import unexpected

Answer = Callable[[Any], object]
Refusal = Callable[[HangaError], object]

PATIENCE_SECONDS: Final = 6.0
"""How long an artist waits before being told that it takes long."""
LOOK_MS: Final = 1000


class Answers(QObject):
    """Made in the window's thread; `carry_out` is called in others. When it is destroyed nothing more is answered."""

    _came = Signal(object, object)

    def __init__(self, home: Callable[[], Home], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home, self._wanted = home, True
        self._came.connect(self._hear)

    def carry_out(self, work: Callable[[], Any], then: Answer, refused: Refusal) -> None:
        """`then` is called with what `work` returns, or `refused` with the HangaError it raises."""
        try:
            value = work()
        except HangaError as error:
            self.bring(refused, error)
        except Exception as error:  # noqa: BLE001  # a mistake in one errand must not end the others
            self.bring(refused, unexpected(error, self._home()))
        else:
            self.bring(then, value)

    def bring(self, answer: Answer, value: object) -> None:
        """Have `answer` called with `value` in the window's thread."""
        self._came.emit(answer, value)

    def stop(self) -> None:
        """Nobody wants to hear any more: what is on its way is dropped."""
        self._wanted = False

    @Slot(object, object)
    def _hear(self, answer: Answer, value: object) -> None:
        """In the window's thread, because this object lives there."""
        if self._wanted:
            answer(value)


class Patience(QObject):
    """`lost`: what was asked for is not answered for `PATIENCE_SECONDS`; `regained`: it was, after all."""

    lost = Signal()
    regained = Signal()

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._since: dict[int, float] = {}
        self._is_lost = False
        self.timer = QTimer(self, interval=LOOK_MS)
        self.timer.timeout.connect(self.look)

    def begin(self, number: int) -> None:
        self._since[number] = self._clock()
        if not self.timer.isActive():
            self.timer.start()

    def end(self, number: int) -> None:
        self._since.pop(number, None)
        if not self._since:
            self.timer.stop()
        self.look()

    def stop(self) -> None:
        """Nobody waits any more."""
        self._since.clear()
        self.timer.stop()

    def look(self) -> None:
        """Whether the oldest has waited too long by now."""
        waits = bool(self._since) and self._clock() - min(self._since.values()) >= PATIENCE_SECONDS
        if waits != self._is_lost:
            self._is_lost = waits
            (self.lost if waits else self.regained).emit()
