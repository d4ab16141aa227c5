"""Rating: one to five stars, or rejected. Keys 1 to 5 rate, 0 takes the stars away, X rejects."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSlider, QWidget

from app.atelier import Atelier
from app.look.icons import paint_icon
from app.widgets.buttons import IconButton, TextButton
from app.widgets.painted_slider import PaintedSlider
from app.widgets.painting import focus_ring, painting

STARS = 5
STAR = 22


class Rating(QWidget):
    """What an artist thinks of a picture."""

    rated = Signal(int)
    rejected = Signal(bool)

    def __init__(self, atelier: Atelier, name: str = "rating", *, brief: bool = False) -> None:
        """`brief`: without words."""
        super().__init__()
        self.setObjectName(name)
        self.stars = RatingStars(atelier, f"{name}.stars")
        self._reject: QAbstractButton = (IconButton if brief else _RejectButton)(
            atelier, f"{name}.reject", "reject", "window.rating.reject"
        )
        self._reject.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.stars)
        row.addStretch()
        row.addWidget(self._reject)
        self.setFocusProxy(self.stars)
        self.stars.valueChanged.connect(self.rated)
        self._reject.toggled.connect(self.rejected)

    def set_rating(self, stars: int, *, rejected: bool = False) -> None:
        """Shows what the library knows; emits nothing."""
        for control in (self.stars, self._reject):
            control.blockSignals(True)
        self.stars.setValue(stars)
        self._reject.setChecked(rejected)
        for control in (self.stars, self._reject):
            control.blockSignals(False)

    def toggle_rejected(self) -> None:
        self._reject.toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_X and not event.modifiers():
            self.toggle_rejected()
        else:
            super().keyPressEvent(event)


class _RejectButton(TextButton):
    def __init__(self, atelier: Atelier, name: str, icon: str, code: str) -> None:
        super().__init__(atelier, name, code, icon=icon)


class RatingStars(PaintedSlider):
    MARGIN = 4

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__(atelier, name)
        self.setRange(0, STARS)
        self.setPageStep(1)
        atelier.language.follow(self._say)

    def sliderChange(self, change: QSlider.SliderChange) -> None:
        super().sliderChange(change)
        self._say()

    def sizeHint(self) -> QSize:
        return QSize(STARS * STAR + 2 * self.MARGIN, STAR + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def value_at(self, position: QPoint) -> int:
        """The star that is pressed; left of the first, none."""
        return min(max((position.x() - self.MARGIN + STAR) // STAR, 0), STARS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() and event.text() in "012345":
            self.setValue(int(event.text()))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        top = (self.height() - STAR) / 2 + 1
        with painting(self) as painter:
            for star in range(STARS):
                on = star < self.value()
                place = QRectF(self.MARGIN + star * STAR + 1, top, STAR - 2, STAR - 2)
                colour = self.tokens.star if on else self.tokens.edge
                paint_icon(painter, "star-filled" if on else "star", place, colour)
            focus_ring(painter, self, self.tokens)

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window.rating.name"))
        words = self._atelier.language.count("window.rating.stars", self.value())
        self.setAccessibleDescription(words)
        self.setToolTip(words)
