"""Background: work that needs no engine and would hold the window up, such as decoding a picture or writing copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from core.errors import HangaError
from core.paths import Home
from core.unexpected import unexpected

THREADS: Final = 2

Work = Callable[[], Any]
Answer = Callable[[Any], object]


class Background(QObject):
    """Does work in threads of its own; answers come in the thread that this object lives in, the window's. When it is
    destroyed it waits for what has begun, and nothing more is answered."""

    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._answered.connect(self._hear)

    def ask(self, work: Work, then: Answer, refused: Callable[[HangaError], object]) -> None:
        """`then` is called with what `work` returns, or `refused` with the HangaError it raises."""
        self._pool.start(_Errand(work, then, refused, self._answered.emit))

    @Slot(object, object)
    def _hear(self, answer: Answer, value: object) -> None:
        answer(value)


class _Errand(QRunnable):
    def __init__(self, work: Work, then: Answer, refused: Answer, answer: Callable[[Answer, object], object]) -> None:
        super().__init__()
        self._work, self._then, self._refused, self._answer = work, then, refused, answer

    def run(self) -> None:
        try:
            value = self._work()
        except HangaError as error:
            self._answer(self._refused, error)
        except Exception as error:  # noqa: BLE001  # a mistake in one errand must not end the program
            self._answer(self._refused, unexpected(error, Home.default()))
        else:
            self._answer(self._then, value)
