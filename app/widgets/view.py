"""View: which part of a picture is seen where, as arithmetic. Pictures in their pixels, the widget in logical ones."""

from __future__ import annotations

import math
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


@dataclass(frozen=True)
class Sight:
    """What is seen of a picture, said so that it holds for another one beside it: all of it where it `fits`, else its
    diagonal in logical pixels, and which point of it (shares of width and height) is in the middle."""

    fits: bool
    diagonal: float
    x: float
    y: float

    def view(self, picture: QSize, room: QSizeF) -> View:
        scale = self.diagonal / max(math.hypot(picture.width(), picture.height()), 1)
        x = room.width() / 2 - self.x * picture.width() * scale
        y = room.height() / 2 - self.y * picture.height() * scale
        return View(scale, x, y).kept(picture, room)


def sight(view: View, picture: QSize, room: QSizeF, *, fits: bool) -> Sight:
    place = view.placed(picture)
    x = (room.width() / 2 - place.x()) / max(place.width(), 1)
    y = (room.height() / 2 - place.y()) / max(place.height(), 1)
    return Sight(fits, math.hypot(place.width(), place.height()), x, y)


def fitting(picture: QSize, room: QSizeF, margin: float) -> View:
    """All of the picture, as large as there is room; small pictures are not enlarged without end."""
    wide = max(room.width() - 2 * margin, 1) / max(picture.width(), 1)
    high = max(room.height() - 2 * margin, 1) / max(picture.height(), 1)
    return View(min(wide, high, ENLARGED), 0, 0).kept(picture, room)


def _kept(at: float, length: float, room: float) -> float:
    if length <= room:
        return (room - length) / 2
    return min(max(at, room - length), 0)
