"""LargeView: one picture as large as there is room, and the ones before and after it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.widgets.buttons import IconButton
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.words import ElidedLabel

CLOSING = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class LargeView(QWidget):
    """Figures rate here too; F fits, Z shows pixel for pixel. Arrows go to the next picture, or move one that is larger
    than the window."""

    closed = Signal()
    stepped = Signal(int)
    rated = Signal(int)
    drag_requested = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName("gallery.large")
        self.canvas = PictureCanvas(atelier, "gallery.canvas")
        self.canvas.installEventFilter(self)
        self._words = ElidedLabel("dim")
        self.buttons = {
            "back": IconButton(atelier, "gallery.large.back", "gallery", "window_gallery.large.back"),
            "before": IconButton(atelier, "gallery.large.before", "chevron-left", "window_gallery.large.before"),
            "after": IconButton(atelier, "gallery.large.after", "chevron-right", "window_gallery.large.after"),
            "fit": IconButton(atelier, "gallery.large.fit", "fit", "window_gallery.large.fit"),
            "pixels": IconButton(atelier, "gallery.large.pixels", "one-to-one", "window_gallery.large.pixels"),
        }
        row = QHBoxLayout()
        row.setSpacing(HAIR)
        row.addWidget(self.buttons["back"])
        row.addWidget(self._words, 1)
        for name in ("before", "after", "fit", "pixels"):
            row.addWidget(self.buttons[name])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self._connect()

    def show_picture(self, image: QImage, words: str) -> None:
        self._words.setText(words)
        self.canvas.show_picture(image, words)
        self.canvas.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and not event.modifiers():
            key = Qt.Key(event.key())
            if key in CLOSING:
                self.closed.emit()
                return True
            if key in STEPS and (self.canvas.fits or key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)):
                self.stepped.emit(STEPS[key])
                return True
            if key in (Qt.Key.Key_F, Qt.Key.Key_Z):
                (self.canvas.fit if key == Qt.Key.Key_F else self.canvas.show_pixels)()
                return True
            if event.text() and event.text() in "012345":
                self.rated.emit(int(event.text()))
                return True
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.canvas.drag_requested.connect(self.drag_requested)
        self.buttons["back"].clicked.connect(self.closed)
        self.buttons["before"].clicked.connect(lambda: self.stepped.emit(-1))
        self.buttons["after"].clicked.connect(lambda: self.stepped.emit(1))
        self.buttons["fit"].clicked.connect(self.canvas.fit)
        self.buttons["pixels"].clicked.connect(self.canvas.show_pixels)
