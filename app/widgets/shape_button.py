"""ShapeButton: one shape of picture, drawn, with its name below. One of a row is checked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.atelier import Atelier
from app.look.metrics import CAPTION, NEAR, RADIUS, text_font
from app.widgets.painting import fill, focus_ring, outline, painting
from core.request import Size

AREA = 22.0**2
"""Pixels that every drawn shape covers, so that none looks more important; very long ones are shortened."""
LONGEST = 40.0
WORDS = 16


class ShapeButton(QAbstractButton):
    """`called` is what the shape is called among those that it is shown with."""

    focused = Signal()

    def __init__(self, atelier: Atelier, name: str, size: Size, called: str, *, with_pixels: bool = False) -> None:
        super().__init__()
        self._atelier, self.shape_size, self._with_pixels = atelier, size, with_pixels
        self.setObjectName(f"{name}.{size[0]}x{size[1]}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # a row of seven is a tight fit
        self.setText(called)
        atelier.look.changed.connect(self.update)
        atelier.language.follow(self._say)

    def call(self, called: str) -> None:
        """By another name, because it is among others now."""
        if called != self.text():
            self.setText(called)
            self.updateGeometry()
            self._say()

    def sizeHint(self) -> QSize:
        return QSize(86, 74) if self._with_pixels else QSize(max(40, self._written()), 58)

    def minimumSizeHint(self) -> QSize:
        return QSize(max(36, self._written()), self.sizeHint().height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, lines = self._atelier.look.tokens, 2 if self._with_pixels else 1
        with painting(self) as painter:
            if self.isChecked() or self.underMouse():
                fill(painter, self.rect(), tokens.card if self.isChecked() else tokens.hover, RADIUS - 2)
            if self.isChecked():
                outline(painter, self.rect(), tokens.edge, 1, RADIUS - 2)
            colour = tokens.ink if self.isChecked() else tokens.dim
            outline(painter, self._drawn(self.height() - 5 - lines * WORDS), colour, 1.6, 2)
            self._write(painter, colour, tokens.faint)
            focus_ring(painter, self, tokens)

    def _drawn(self, room: float) -> QRectF:
        """The shape in the middle of the upper part, which is `room` high."""
        width, height = self.shape_size
        unit = (AREA / (width * height)) ** 0.5
        unit = min(unit, LONGEST / width, (room - 6) / height, (self.width() - 6) / width)
        width, height = max(width * unit, 5), max(height * unit, 5)
        return QRectF((self.width() - width) / 2, 3 + (room - height) / 2, width, height)

    def _written(self) -> int:
        """How wide its name is, with room beside it."""
        return QFontMetrics(text_font(CAPTION)).horizontalAdvance(self.text()) + NEAR

    def _write(self, painter: QPainter, colour: str, pale: str) -> None:
        line = QRectF(0, self.height() - 4 - WORDS, self.width(), WORDS)
        painter.setFont(text_font(CAPTION))
        if self._with_pixels:
            painter.setPen(QColor(pale))
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, "{} × {}".format(*self.shape_size))
            line.translate(0, -WORDS)
        painter.setPen(QColor(colour))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.text())

    def _say(self) -> None:
        width, height = self.shape_size
        words = self._atelier.language.say("window.shape.one", ratio=self.text(), width=width, height=height)
        self.setAccessibleName(words)
        self.setToolTip(words)
