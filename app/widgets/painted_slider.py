"""PaintedSlider: a value on a line, drawn by its subclasses; keyboard, mouse and screen readers know it as a slider."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider

from app.atelier import Atelier
from app.look.tokens import Tokens


class PaintedSlider(QSlider):
    """Jumps to where it is pressed, and leaves the wheel to the panel it lies on unless it has the focus."""

    MARGIN = 9
    """From the edge to the first and last value: half a knob and the focus ring."""

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._atelier = atelier
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        atelier.look.changed.connect(self.update)

    @property
    def tokens(self) -> Tokens:
        return self._atelier.look.tokens

    def position_of(self, value: float) -> float:
        """x of `value`, in pixels of this widget."""
        share = (value - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        return self.MARGIN + share * (self.width() - 2 * self.MARGIN)

    def value_at(self, position: QPoint) -> int:
        share = (position.x() - self.MARGIN) / max(self.width() - 2 * self.MARGIN, 1)
        return round(self.minimum() + min(max(share, 0.0), 1.0) * (self.maximum() - self.minimum()))

    def sizeHint(self) -> QSize:
        return QSize(160, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.value_at(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setValue(self.value_at(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
