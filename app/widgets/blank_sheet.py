"""The blank sheet: where a picture will be, in its shape, while there is none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.look.metrics import GROUP, RADIUS, text_font
from app.look.tokens import Tokens
from app.widgets.painting import outline

MIDDLE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


def draw_blank_sheet(painter: QPainter, place: QRectF, words: str, tokens: Tokens) -> None:
    """An empty frame at `place`, with words in its middle."""
    outline(painter, place, tokens.edge, radius=RADIUS)
    painter.setFont(text_font())
    painter.setPen(QColor(tokens.on_ground))
    painter.drawText(place.adjusted(GROUP, GROUP, -GROUP, -GROUP), MIDDLE, words)
