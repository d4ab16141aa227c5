"""Background: work that needs no engine and would hold the window up, such as decoding a picture or writing copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QRunnable, QThreadPool

from app.errands import Answer, Answers, Refusal
from core.paths import Home

THREADS: Final = 2

Work = Callable[[], Any]


class Background(QObject):
    """Does work in `threads` of its own; answers come in the thread that this object lives in, the window's. When it is
    destroyed it waits for what has begun, drops the rest, and nothing more is answered."""

    def __init__(self, parent: QObject | None = None, threads: int = THREADS) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)  # before the answers: children go in this order, and work in the pool answers
        self._pool.setMaxThreadCount(threads)
        self.destroyed.connect(self._pool.clear)
        self._answers = Answers(Home.default, self)

    def ask(self, work: Work, then: Answer, refused: Refusal) -> None:
        """`then` is called with what `work` returns, or `refused` with the HangaError it raises."""
        self._pool.start(_Errand(self._answers, work, then, refused))


class _Errand(QRunnable):
    def __init__(self, answers: Answers, work: Work, then: Answer, refused: Refusal) -> None:
        super().__init__()
        self._answers, self._work, self._then, self._refused = answers, work, then, refused

    def run(self) -> None:
        self._answers.carry_out(self._work, self._then, self._refused)
