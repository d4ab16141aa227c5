"""Portions: something that is done to very many pictures, a few at a time, so that other errands come in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from app.engine_thread import EngineThread
from core.engine import Engine
from core.errors import HangaError

AT_ONCE: Final = 100
"""Pictures in a portion: a moment's work for the disk."""
NOTED_AT_ONCE: Final = 1000
"""The same, where nothing but the database is written to."""

Way = Callable[[Engine], Any]
"""Does something, and gives back what undoes it."""


@dataclass(frozen=True)
class Portion:
    """`count` pictures, and what is to be done with them."""

    count: int
    way: Way


Ended = Callable[[Sequence[Portion], HangaError | None], object]
"""Is told what takes back all that was done, in the order in which to do it, and what kept the rest from being done."""


@dataclass
class _Run:
    left: list[Portion]
    ended: Ended
    count: int
    done: int = 0
    back: list[Portion] = field(default_factory=list)


class Portions(QObject):
    """`went_on` carries how many pictures of how many are done, while there are several portions; `over`: no more."""

    went_on = Signal(int, int)
    over = Signal()

    def __init__(self, thread: EngineThread) -> None:
        super().__init__()
        self._thread = thread
        self._runs: list[_Run] = []

    def do(self, portions: Sequence[Portion], ended: Ended) -> None:
        """One after another; `ended` is called once."""
        run = _Run(list(portions), ended, sum(portion.count for portion in portions))
        self._runs.append(run)
        self._go_on(run)

    def stop(self) -> None:
        """What is done stays done; the portion that is under way too."""
        for run in self._runs:
            run.left.clear()

    def _go_on(self, run: _Run) -> None:
        if not run.left:
            self._end(run, None)
            return
        portion = run.left.pop(0)
        self._thread.ask(portion.way, lambda back: self._did(run, portion, back), lambda error: self._end(run, error))

    def _did(self, run: _Run, portion: Portion, back: Way) -> None:
        run.back.insert(0, Portion(portion.count, back))
        run.done += portion.count
        if run.count > portion.count:
            self.went_on.emit(run.done, run.count)
        self._go_on(run)

    def _end(self, run: _Run, error: HangaError | None) -> None:
        self._runs.remove(run)
        if not self._runs:
            self.over.emit()
        run.ended(run.back, error)


def portioned(pictures: Sequence[int], way: Callable[[Sequence[int]], Way], at_once: int = AT_ONCE) -> list[Portion]:
    parts = (pictures[first : first + at_once] for first in range(0, len(pictures), at_once))
    return [Portion(len(part), way(part)) for part in parts]
