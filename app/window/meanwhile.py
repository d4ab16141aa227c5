"""Meanwhile: what need not be there when the window is first seen comes later, while nothing else is to be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

UNSEEN_MS: Final = 1000
"""After which a window counts as seen that the system shows nowhere, because it is minimized, for example."""


class Meanwhile(QObject):
    """`seen`, once: the window has been painted. From then on `do_next` is called whenever there are no events, as long
    as it says that it did something."""

    seen = Signal()

    def __init__(self, window: QWidget, do_next: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self._do_next = window, do_next
        self._idle = QTimer(self, interval=0)
        self._idle.timeout.connect(self._go_on)
        self._unseen = QTimer(self, singleShot=True, interval=UNSEEN_MS)
        self._unseen.timeout.connect(self._was_seen)
        window.installEventFilter(self)

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
        self._idle.start()

    def _go_on(self) -> None:
        if not self._do_next():
            self._idle.stop()
