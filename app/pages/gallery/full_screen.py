"""FullScreen: one picture and nothing else, on the whole screen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.atelier import Atelier
from app.pages.gallery.picture_keys import PictureKeys
from app.widgets.picture_canvas import PictureCanvas


class FullScreen(QWidget):
    """`left`: the artist goes back to the window."""

    left = Signal()

    def __init__(self, atelier: Atelier, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._atelier = atelier
        self.setObjectName("gallery.full_screen")
        self.canvas = PictureCanvas(atelier, "gallery.full_screen.canvas")
        self.canvas.is_alone = True
        self.keys = PictureKeys(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)
        self.keys.closed.connect(self.close)
        self.keys.whole.connect(self.close)
        atelier.language.follow(self._say)

    def open(self) -> None:
        self.showFullScreen()
        self.activateWindow()
        self.canvas.setFocus()

    def show_picture(self, image: QImage, words: str) -> None:
        if image.isNull():
            self.canvas.clear()
        else:
            self.canvas.show_picture(image, words)
            self.canvas.fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.left.emit()

    def _say(self) -> None:
        self.setWindowTitle(self._atelier.language.say("window_gallery.full_screen"))
