"""What painted controls draw in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.look.metrics import FOCUS, RADIUS
from app.look.tokens import Tokens


@contextmanager
def painting(widget: QWidget) -> Iterator[QPainter]:
    """A painter with soft edges, ended whatever happens: one that is left open ends the program."""
    painter = QPainter(widget)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    try:
        yield painter
    finally:
        painter.end()


def fill(painter: QPainter, rect: QRectF | QRect, colour: str, radius: float = 0) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(QRectF(rect), radius, radius)


def outline(painter: QPainter, rect: QRectF | QRect, colour: str, width: float = 1, radius: float = 0) -> None:
    """A frame whose outer edge is `rect`."""
    half = width / 2
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), radius, radius)


def focus_ring(painter: QPainter, widget: QWidget, tokens: Tokens, radius: float = RADIUS - 2) -> None:
    """Around the whole of `widget`, if it has the focus."""
    if widget.hasFocus():
        outline(painter, widget.rect(), tokens.indigo, FOCUS, radius)
