"""AestheticDial: the score for looks that the refiner is told, from 1 to 10, on a dial."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent, QPen

from app.atelier import Atelier
from app.look.metrics import TITLE, text_font
from app.widgets.painted_slider import PaintedSlider
from app.widgets.painting import focus_ring, painting

TENTHS = 10
FIRST, SWEEP = 225.0, 270.0
"""Where the dial begins, in degrees counter-clockwise from the right, and how far it goes round, clockwise."""
WIDTH = 5


class AestheticDial(PaintedSlider):
    """A score in tenths. Pressing or dragging on the ring turns it, arrows do it by a tenth."""

    score_changed = Signal(float)

    def __init__(self, atelier: Atelier, name: str, code: str) -> None:
        super().__init__(atelier, name)
        self._code = code
        self.setRange(1 * TENTHS, 10 * TENTHS)
        self.setPageStep(TENTHS)
        self.setValue(6 * TENTHS)
        self.valueChanged.connect(lambda value: self.score_changed.emit(value / TENTHS))
        atelier.language.follow(self._say)

    @property
    def score(self) -> float:
        return self.value() / TENTHS

    def set_score(self, score: float) -> None:
        self.setValue(round(score * TENTHS))

    def sizeHint(self) -> QSize:
        return QSize(76, 76)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def value_at(self, position: QPoint) -> int:
        middle = self._ring().center()
        angle = math.degrees(math.atan2(middle.y() - position.y(), position.x() - middle.x()))
        turned = (FIRST - angle) % 360
        if turned > SWEEP:
            turned = SWEEP if turned < SWEEP + (360 - SWEEP) / 2 else 0
        return round(self.minimum() + turned / SWEEP * (self.maximum() - self.minimum()))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, ring = self.tokens, self._ring()
        turned = (self.value() - self.minimum()) / (self.maximum() - self.minimum()) * SWEEP
        with painting(self) as painter:
            for colour, sweep in (
                (tokens.line, SWEEP),
                (tokens.vermilion if self.isEnabled() else tokens.edge, turned),
            ):
                painter.setPen(QPen(QColor(colour), WIDTH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawArc(ring, round(FIRST * 16), round(-sweep * 16))
            angle = math.radians(FIRST - turned)
            knob = ring.center() + QPointF(math.cos(angle), -math.sin(angle)) * (ring.width() / 2)
            painter.setPen(QPen(QColor(tokens.panel), 2))
            painter.setBrush(QColor(tokens.ink if self.isEnabled() else tokens.edge))
            painter.drawEllipse(knob, 6, 6)
            painter.setPen(QColor(tokens.ink if self.isEnabled() else tokens.edge))
            painter.setFont(text_font(TITLE, bold=True))
            painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, f"{self.score:.1f}")
            focus_ring(painter, self, tokens)

    def _ring(self) -> QRectF:
        side = min(self.width(), self.height()) - 2 * self.MARGIN
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2 + 2, side, side)

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setAccessibleName(say(f"{self._code}.name"))
        self.setAccessibleDescription(say(f"{self._code}.help"))
        self.setToolTip(say(f"{self._code}.help"))
