"""Meanwhile: what need not be there when the window is first seen comes later, while nothing else is to be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

UNSEEN_MS: Final = 1000
"""After which a window counts as seen that the system shows nowhere, because it is minimized, for example."""
DONE: Final = object()


class Meanwhile(QObject):
    """`seen`, once: the window has been painted. From `begin` on, a step of the `work` is taken whenever there are no
    events, until there are no more; then it is `done`."""

    seen = Signal()
    done = Signal()

    def __init__(self, window: QWidget, work: Iterator[None]) -> None:
        super().__init__(window)
        self._window, self._work = window, work
        self._has_begun = False
        self._idle = QTimer(self, interval=0)
        self._idle.timeout.connect(self._go_on)
        self._unseen = QTimer(self, singleShot=True, interval=UNSEEN_MS)
        self._unseen.timeout.connect(self._was_seen)
        window.installEventFilter(self)

    def begin(self) -> None:
        """Once; whoever says it again has said nothing."""
        if not self._has_begun:
            self._has_begun = True
            self._idle.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            self._unseen.start()
        elif event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._unseen.start(0)  # all that lies in the window is painted before the next event
        return super().eventFilter(watched, event)

    def _was_seen(self) -> None:
        self._window.removeEventFilter(self)
        self.seen.emit()

    def _go_on(self) -> None:
        if next(self._work, DONE) is DONE:
            self._idle.stop()
            self.done.emit()
