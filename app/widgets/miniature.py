"""Miniatures: a small poster, drawn, that shows what a setting does to a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen, QPolygonF

SKY, HORIZON, SEA, FOAM = "#c25563", "#f0a46a", "#4d5a7d", "#7f89a6"
SUN, TOWER, STRIPE, LAMP, ROCK = "#fbecc9", "#c43a2e", "#f5f0e6", "#fbe38a", "#4a4440"


def poster(size: QSize, frame: QRectF | None = None, detail: float = 1.0) -> QImage:
    """A lighthouse at sunset, `size` pixels large.

    `frame` is what is seen at least, in shares of the scene. `detail` below 1 draws it coarse and enlarges it, as a
    picture looks that was small once.
    """
    coarse = QSize(max(round(size.width() * detail), 4), max(round(size.height() * detail), 4))
    image = QImage(coarse, QImage.Format.Format_RGB32)
    seen = frame or QRectF(0, 0, 1, 1)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = min(coarse.width() / seen.width(), coarse.height() / seen.height())
    painter.translate(coarse.width() / 2, coarse.height() / 2)
    painter.scale(unit, unit)
    painter.translate(-seen.center())
    _draw(painter)
    painter.end()
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _draw(painter: QPainter) -> None:
    """The scene in the unit square."""
    sky = QLinearGradient(0, 0, 0, 0.66)
    sky.setColorAt(0, QColor(SKY))
    sky.setColorAt(1, QColor(HORIZON))
    painter.fillRect(QRectF(-3, -3, 7, 3.67), sky)
    painter.fillRect(QRectF(-3, 0.66, 7, 3), QColor(SEA))
    painter.setPen(QPen(QColor(FOAM), 0.006))
    for row in range(6):
        y = 0.71 + row * 0.05
        painter.drawLine(QPointF(0.06 + 0.09 * (row % 3), y), QPointF(0.5 + 0.13 * (row % 4), y))
    painter.setPen(Qt.PenStyle.NoPen)
    _fill(painter, SUN, ellipse=QRectF(0.17, 0.14, 0.2, 0.2))
    _tower(painter)


def _tower(painter: QPainter) -> None:
    _fill(painter, ROCK, 0.46, 0.72, 0.58, 0.62, 0.82, 0.62, 0.96, 0.72)
    _fill(painter, TOWER, 0.62, 0.62, 0.65, 0.28, 0.75, 0.28, 0.78, 0.62)
    _fill(painter, STRIPE, 0.634, 0.47, 0.643, 0.38, 0.757, 0.38, 0.766, 0.47)
    _fill(painter, LAMP, 0.665, 0.28, 0.665, 0.21, 0.735, 0.21, 0.735, 0.28)
    _fill(painter, TOWER, 0.64, 0.21, 0.70, 0.15, 0.76, 0.21)


def _fill(painter: QPainter, colour: str, *points: float, ellipse: QRectF | None = None) -> None:
    painter.setBrush(QColor(colour))
    if ellipse is not None:
        painter.drawEllipse(ellipse)
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in zip(points[::2], points[1::2], strict=True)]))
