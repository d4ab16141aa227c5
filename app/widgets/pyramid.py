"""Pyramid: a picture and its halves, so that a large one is drawn small as fast and as smoothly as a small one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter


class Pyramid:
    """`smooth`: without seeing single pixels, however much it is enlarged."""

    def __init__(self, picture: QImage, *, smooth: bool = False) -> None:
        self._levels, self._smooth = [picture], smooth

    @property
    def size(self) -> QSize:
        return self._levels[0].size()

    def draw(self, painter: QPainter, place: QRectF, device_scale: float) -> None:
        """Into `place`; smoothly, unless its pixels are larger than eight of the screen: then they are to be seen."""
        wanted = place.width() * device_scale
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth or wanted < 8 * self.size.width())
        painter.drawImage(place, self._level(wanted))

    def _level(self, width: float) -> QImage:
        """The smallest one that is at least `width` wide."""
        level = 0
        while self.size.width() / 2 ** (level + 1) >= width and self.size.height() >> (level + 1) > 0:
            level += 1
            if level == len(self._levels):
                self._levels.append(_half(self._levels[-1]))
        return self._levels[level]


def _half(picture: QImage) -> QImage:
    size = QSize(max(picture.width() // 2, 1), max(picture.height() // 2, 1))
    return picture.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
