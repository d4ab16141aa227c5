"""Divider: the handle between the picture before and the picture after. Arrow keys move it, as dragging does."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.atelier import Atelier
from app.look.icons import paint_icon
from app.widgets.painted_slider import PaintedSlider
from app.widgets.painting import fill, outline, painting

KNOB = 34
PARTS = 1000


class Divider(PaintedSlider):
    """A value from 0 to 1000: the share of the picture's width that shows what was before."""

    def __init__(self, atelier: Atelier, name: str, canvas: QWidget) -> None:
        super().__init__(atelier, name)
        self._canvas = canvas
        self.setParent(canvas)
        self.setRange(0, PARTS)
        self.setSingleStep(10)
        self.setPageStep(100)
        self.setValue(PARTS // 2)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.resize(KNOB, KNOB)
        self.picture = QRectF()
        """Where the picture lies on the canvas: what a position is a share of."""
        atelier.language.follow(self._say)

    @property
    def line(self) -> float:
        """x on the canvas."""
        return self.picture.x() + self.picture.width() * self.value() / PARTS

    def set_picture(self, place: QRectF) -> None:
        self.picture = place
        self.settle()

    def settle(self) -> None:
        """Moves the handle to its line, in the middle of what is seen of the picture."""
        seen = self.picture.intersected(QRectF(self._canvas.rect()))
        self.move(round(self.line - KNOB / 2), round(seen.center().y() - KNOB / 2))

    def sizeHint(self) -> QSize:
        return QSize(KNOB, KNOB)

    def value_at(self, position: QPoint) -> int:
        x = self.mapToParent(position).x() - self.picture.x()
        return min(max(round(x / max(self.picture.width(), 1) * PARTS), 0), PARTS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            fill(painter, QRectF(1, 1, KNOB - 2, KNOB - 2), "#ffffff", KNOB / 2)
            outline(painter, QRectF(1, 1, KNOB - 2, KNOB - 2), "#00000040", 1, KNOB / 2)
            paint_icon(painter, "swap", QRectF(8, 8, KNOB - 16, KNOB - 16), "#202020")
            if self.hasFocus():
                outline(painter, QRectF(0, 0, KNOB, KNOB), self.tokens.indigo, 3, KNOB / 2)

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window.canvas.divider"))
