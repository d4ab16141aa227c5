"""PictureKeys: what keys and a double click mean on one large picture, in the window and on the whole screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app.widgets.own_keys import OwnKeys
from app.widgets.picture_canvas import PictureCanvas

CLOSING: Final = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
PAGES: Final = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
WHOLE_SCREEN: Final = (Qt.Key.Key_F, Qt.Key.Key_F11)
RATINGS: Final = "012345"


class PictureKeys(QObject):
    """Figures rate, X rejects; Z shows pixel for pixel, or all of it again. Arrows go to the next picture, or move one
    that is larger than the window. `whole`: onto the whole screen, or back from it."""

    closed = Signal()
    stepped = Signal(int)
    rated = Signal(int)
    rejected = Signal()
    whole = Signal()

    def __init__(self, canvas: PictureCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        OwnKeys(canvas, (Qt.Key.Key_F11, Qt.Key.Key_Escape))
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and not event.modifiers():
            act = self._act(event)
            if act is not None:
                act()
                return True
        if event.type() is QEvent.Type.MouseButtonDblClick:
            self.whole.emit()
            return True
        return super().eventFilter(watched, event)

    def _act(self, event: QKeyEvent) -> Callable[[], object] | None:
        acts: dict[Qt.Key, Callable[[], object]] = {
            **dict.fromkeys(CLOSING, self.closed.emit),
            **dict.fromkeys(WHOLE_SCREEN, self.whole.emit),
            **{key: partial(self.stepped.emit, by) for key, by in PAGES.items()},
            Qt.Key.Key_Z: self._canvas.toggle_pixels,
            Qt.Key.Key_X: self.rejected.emit,
        }
        if self._canvas.fits:
            acts |= {key: partial(self.stepped.emit, by) for key, by in STEPS.items()}
        if event.text() and event.text() in RATINGS:
            return partial(self.rated.emit, int(event.text()))
        return acts.get(Qt.Key(event.key()))
