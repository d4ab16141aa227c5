"""View: which part of a picture is seen where, as arithmetic. Pictures in their pixels, the widget in logical ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

SMALLEST, LARGEST = 0.02, 32.0
"""Logical pixels for one of the picture."""
ENLARGED = 4.0
"""How far a small picture is enlarged to fit."""


@dataclass(frozen=True)
class View:
    """`scale` logical pixels for each of the picture, its upper left corner at (x, y) of the widget."""

    scale: float
    x: float
    y: float

    def placed(self, picture: QSize) -> QRectF:
        return QRectF(self.x, self.y, picture.width() * self.scale, picture.height() * self.scale)

    def zoomed(self, factor: float, at: QPointF) -> View:
        """Nearer or farther, while what lies at `at` stays there."""
        scale = min(max(self.scale * factor, SMALLEST), LARGEST)
        share = scale / self.scale
        return View(scale, at.x() - (at.x() - self.x) * share, at.y() - (at.y() - self.y) * share)

    def moved(self, by: QPointF) -> View:
        return replace(self, x=self.x + by.x(), y=self.y + by.y())

    def kept(self, picture: QSize, room: QSizeF) -> View:
        """Moved so that the picture is in the middle where there is room, and leaves no gap where there is none."""
        return View(
            self.scale,
            _kept(self.x, picture.width() * self.scale, room.width()),
            _kept(self.y, picture.height() * self.scale, room.height()),
        )


def fitting(picture: QSize, room: QSizeF, margin: float) -> View:
    """All of the picture, as large as there is room; small pictures are not enlarged without end."""
    wide = max(room.width() - 2 * margin, 1) / max(picture.width(), 1)
    high = max(room.height() - 2 * margin, 1) / max(picture.height(), 1)
    return View(min(wide, high, ENLARGED), 0, 0).kept(picture, room)


def _kept(at: float, length: float, room: float) -> float:
    if length <= room:
        return (room - length) / 2
    return min(max(at, room - length), 0)
