"""Watchdog: how long the window's thread is away from its events, and what it does meanwhile.

Two measures of every stretch between two ticks of a timer in that thread: by the clock, which other programs on the
machine lengthen, and by the time that the processor worked for this thread, which they do not. An alarm looks what it
is doing when a stretch grows long: in this thread itself, because frames that another one holds keep painters alive.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS: Final = 2
LONG: Final = 0.025
"""Seconds of a stretch after which it is looked at."""


@dataclass
class Stretches:
    """Seconds between ticks, by the clock and of the processor, and where long ones were met, most often first."""

    clock: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    places: Counter[str] = field(default_factory=Counter)

    def over(self, limit: float) -> int:
        return sum(each > limit for each in self.clock)

    @property
    def longest(self) -> tuple[float, float]:
        """By the clock, and of work: not of the same stretch."""
        return max(self.clock, default=0.0), max(self.work, default=0.0)


class Watchdog(QObject):
    """`with Watchdog() as stretches:` in the window's thread, while its event loop runs."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._seen = Stretches()
        self._clock, self._work = time.monotonic(), time.thread_time()

    def __enter__(self) -> Stretches:
        self._clock, self._work = time.monotonic(), time.thread_time()
        self._timer.start()
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, LONG / 2, LONG / 2)
        return self._seen

    def __exit__(self, *_: object) -> None:
        self._tick()
        self._timer.stop()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _tick(self) -> None:
        clock, work = time.monotonic(), time.thread_time()
        self._seen.clock.append(clock - self._clock)
        self._seen.work.append(work - self._work)
        self._clock, self._work = clock, work

    def _look(self, number: int, frame: FrameType | None) -> None:
        if frame is not None and time.monotonic() - self._clock > LONG:
            self._seen.places[_place(frame)] += 1


def _place(frame: FrameType) -> str:
    """The innermost functions of our own, outermost first."""
    ours = [each for each in traceback.extract_stack(frame) if "/app/" in each.filename]
    return " › ".join(f"{each.filename.rsplit('/app/', 1)[1]}:{each.lineno} {each.name}" for each in ours[-3:])
