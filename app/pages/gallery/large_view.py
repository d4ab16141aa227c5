"""LargeView: one picture as large as there is room, and the ones before and after it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.pages.gallery.picture_keys import PictureKeys
from app.widgets.buttons import IconButton
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.words import ElidedLabel


class LargeView(QWidget):
    """`rated` and `rejected` are about the picture that is seen; `whole`: onto the whole screen."""

    closed = Signal()
    stepped = Signal(int)
    rated = Signal(int)
    rejected = Signal()
    whole = Signal()
    drag_requested = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName("gallery.large")
        self.canvas = PictureCanvas(atelier, "gallery.canvas")
        self._keys = PictureKeys(self.canvas)
        self._words = ElidedLabel("dim")
        self.buttons = {
            "back": IconButton(atelier, "gallery.large.back", "gallery", "window_gallery.large.back"),
            "before": IconButton(atelier, "gallery.large.before", "chevron-left", "window_gallery.large.before"),
            "after": IconButton(atelier, "gallery.large.after", "chevron-right", "window_gallery.large.after"),
            "fit": IconButton(atelier, "gallery.large.fit", "fit", "window_gallery.large.fit"),
            "pixels": IconButton(atelier, "gallery.large.pixels", "one-to-one", "window_gallery.large.pixels"),
            "whole": IconButton(atelier, "gallery.large.whole", "full-screen", "window_gallery.large.whole"),
        }
        row = QHBoxLayout()
        row.setSpacing(HAIR)
        row.addWidget(self.buttons["back"])
        row.addWidget(self._words, 1)
        for name in ("before", "after", "fit", "pixels", "whole"):
            row.addWidget(self.buttons[name])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self._connect()

    def show_picture(self, image: QImage, words: str) -> None:
        """A null image for one whose file cannot be read."""
        self._words.setText(words)
        if image.isNull():
            self.canvas.clear()
        else:
            self.canvas.show_picture(image, words)
            self.canvas.fit()

    def _connect(self) -> None:
        keys = self._keys
        for name in ("closed", "stepped", "rated", "rejected", "whole"):
            getattr(keys, name).connect(getattr(self, name))
        self.canvas.drag_requested.connect(self.drag_requested)
        self.buttons["back"].clicked.connect(self.closed)
        self.buttons["before"].clicked.connect(lambda: self.stepped.emit(-1))
        self.buttons["after"].clicked.connect(lambda: self.stepped.emit(1))
        self.buttons["fit"].clicked.connect(self.canvas.fit)
        self.buttons["pixels"].clicked.connect(self.canvas.show_pixels)
        self.buttons["whole"].clicked.connect(self.whole)
