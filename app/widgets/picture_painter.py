"""PicturePainter: draws one picture of the grid, with what is known of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle

from app.atelier import Atelier
from app.look.icons import paint_icon
from app.look.metrics import NEAR, PICTURE_RADIUS
from app.widgets.painting import outline
from app.widgets.picture_model import PictureRow

STAR = 13
RING = 3


class PicturePainter:
    def __init__(self, atelier: Atelier) -> None:
        self._atelier = atelier

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        row: PictureRow,
        thumbnail: QImage | None,
        state: QStyle.StateFlag,
    ) -> None:
        tokens, place = self._atelier.look.tokens, QRectF(rect)
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(place, PICTURE_RADIUS, PICTURE_RADIUS)
        painter.setClipPath(shape)
        if thumbnail is None or thumbnail.isNull():
            painter.fillRect(place, QColor(tokens.card))
            if thumbnail is not None:
                paint_icon(painter, "warning", _middle(place), tokens.faint)
        else:
            painter.drawImage(place, thumbnail, _covering(thumbnail, place))
        if row.rejected:
            painter.fillRect(place, QColor(0, 0, 0, 140))
            paint_icon(painter, "reject", _middle(place), "#ffffff")
        self._stars(painter, place, row.rating)
        painter.restore()
        self._frame(painter, place, state)

    def _stars(self, painter: QPainter, place: QRectF, rating: int) -> None:
        if not rating:
            return
        shade = QLinearGradient(place.bottomLeft() - QPointF(0, 40), place.bottomLeft())
        shade.setColorAt(0, QColor(0, 0, 0, 0))
        shade.setColorAt(1, QColor(0, 0, 0, 150))
        painter.fillRect(QRectF(place.left(), place.bottom() - 40, place.width(), 40), shade)
        for star in range(rating):
            corner = QRectF(place.left() + NEAR + star * (STAR + 1), place.bottom() - STAR - 7, STAR, STAR)
            paint_icon(painter, "star-filled", corner, "#ffffff")

    def _frame(self, painter: QPainter, place: QRectF, state: QStyle.StateFlag) -> None:
        tokens = self._atelier.look.tokens
        if state & QStyle.StateFlag.State_Selected:
            outline(painter, place.adjusted(-RING, -RING, RING, RING), tokens.indigo, RING, PICTURE_RADIUS + 2)
        elif state & QStyle.StateFlag.State_MouseOver:
            outline(painter, place.adjusted(-1, -1, 1, 1), tokens.edge, 1, PICTURE_RADIUS)
        if state & QStyle.StateFlag.State_HasFocus:
            inside = place.adjusted(2, 2, -2, -2)
            outline(painter, inside, "#ffffff", 2, PICTURE_RADIUS - 2)
            outline(painter, inside.adjusted(2, 2, -2, -2), "#000000", 1, PICTURE_RADIUS - 3)


def _middle(place: QRectF, side: float = 28) -> QRectF:
    return QRectF(place.center().x() - side / 2, place.center().y() - side / 2, side, side)


def _covering(thumbnail: QImage, place: QRectF) -> QRectF:
    """The part of a thumbnail that fills a place of nearly its shape."""
    unit = min(thumbnail.width() / place.width(), thumbnail.height() / place.height())
    width, height = place.width() * unit, place.height() * unit
    return QRectF((thumbnail.width() - width) / 2, (thumbnail.height() - height) / 2, width, height)
