"""Pane: one of several pictures that are compared, and what the artist thinks of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR, NEAR
from app.pages.gallery.about import About
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.rating_stars import Rating
from app.widgets.words import ElidedLabel

RATINGS: Final = "012345"


class Pane(QWidget):
    """`rated` and `rejected` carry what the artist says of the picture; `stepped`: to the pane before or after."""

    rated = Signal(int)
    rejected = Signal(bool)
    stepped = Signal(int)

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self.about: About | None = None
        self.setObjectName(name)
        self.canvas = PictureCanvas(atelier, f"{name}.canvas")
        self.canvas.installEventFilter(self)
        self.number, self.words = QLabel(), ElidedLabel("dim")
        self.number.setProperty("role", "strong")
        self.rating = Rating(atelier, f"{name}.rating", brief=True)
        row = QHBoxLayout()
        row.setContentsMargins(NEAR, 0, NEAR, 0)
        row.setSpacing(NEAR)
        row.addWidget(self.number)
        row.addWidget(self.words, 1)
        row.addWidget(self.rating)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        self.setFocusProxy(self.canvas)
        self.rating.rated.connect(self.rated)
        self.rating.rejected.connect(self.rejected)

    def show_about(self, about: About) -> None:
        self.about = about
        picture = about.picture
        self.words.setText(picture.prompt.replace("\n", " ") or picture.path.name)
        self.rating.set_rating(picture.rating, rejected=picture.rejected)

    def show_image(self, image: QImage) -> None:
        if image.isNull():
            self.canvas.clear()
        else:
            self.canvas.show_picture(image, self.words.text()[:300])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and not event.modifiers():
            if event.text() and event.text() in RATINGS:
                self.rating.stars.setValue(int(event.text()))
                return True
            if event.key() == Qt.Key.Key_X:
                self.rating.toggle_rejected()
                return True
            if self.canvas.fits and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                self.stepped.emit(1 if event.key() == Qt.Key.Key_Right else -1)
                return True
        return super().eventFilter(watched, event)
