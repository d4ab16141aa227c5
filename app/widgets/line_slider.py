"""LineSlider: a thin line with a knob, for plain numbers; what is set is drawn from 0, or from the left end."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEvent

from app.widgets.painted_slider import PaintedSlider
from app.widgets.painting import fill, focus_ring, painting

KNOB = 6
LINE = 4


class LineSlider(PaintedSlider):
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, middle, knob = self.tokens, self.height() / 2, self.position_of(self.value())
        left, right = float(self.MARGIN), float(self.width() - self.MARGIN)
        with painting(self) as painter:
            fill(painter, QRectF(left, middle - LINE / 2, right - left, LINE), tokens.line, LINE / 2)
            first, last = sorted((self.position_of(max(self.minimum(), 0)) if self.minimum() < 0 else left, knob))
            fill(painter, QRectF(first, middle - LINE / 2, last - first, LINE), tokens.dim, LINE / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.ink if self.isEnabled() else tokens.edge))
            painter.drawEllipse(QPointF(knob, middle), KNOB, KNOB)
            focus_ring(painter, self, tokens)
