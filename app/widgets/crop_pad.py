"""CropPad: where the frame sits in the imagined original, by dragging it there (the paper's crop conditioning)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR, PICTURE_RADIUS
from app.widgets.announcing import announce_value
from app.widgets.miniature import poster
from app.widgets.painting import fill, focus_ring, outline, painting
from core.request import Size

STEP, FINE = 32, 8
"""Pixels that an arrow key moves the frame, and with Shift."""
HANDLE = 10.0

MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class CropPad(QWidget):
    """The frame's (top, left) in pixels of an original of which it may cut off up to `reach`."""

    crop_changed = Signal(int, int)

    def __init__(self, atelier: Atelier, name: str = "crop") -> None:
        super().__init__()
        self._atelier = atelier
        self._frame, self._reach = (1024, 1024), 512
        self._crop = (0, 0)
        self._grip: QPointF | None = None
        self._picture = poster(QSize(320, 320))
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        atelier.look.changed.connect(self.update)
        atelier.language.follow(self._say)

    @property
    def crop(self) -> tuple[int, int]:
        return self._crop

    def set_crop(self, top: int, left: int) -> None:
        limited = min(max(top, 0), self._reach), min(max(left, 0), self._reach)
        if limited != self._crop:
            self._crop = limited
            self._say()
            self.update()
            announce_value(self, self.accessibleDescription())
            self.crop_changed.emit(*limited)

    def set_frame(self, size: Size, reach: int = 512) -> None:
        """The size of the picture, and how far it may be moved."""
        self._frame, self._reach = size, reach
        self.set_crop(*self._crop)
        self.update()

    def set_picture(self, picture: QImage) -> None:
        """What to draw as the original."""
        self._picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 170)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, whole, frame = self._atelier.look.tokens, self._whole(), self._framed()
        with painting(self) as painter:
            fill(painter, self.rect(), tokens.ground, PICTURE_RADIUS)
            painter.drawImage(whole, self._picture)
            shade = QColor(tokens.ground)
            shade.setAlpha(190)
            painter.setClipRegion(QRect(whole.toRect()))
            painter.setPen(Qt.PenStyle.NoPen)
            for side in _around(whole, frame):
                painter.fillRect(side, shade)
            painter.setClipping(False)
            outline(painter, frame.adjusted(-1, -1, 1, 1), "#000000", 1)
            outline(painter, frame, "#ffffff", 2)
            painter.setPen(QPen(QColor("#ffffff"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(frame.center().x(), frame.top()), QPointF(frame.center().x(), frame.bottom()))
            painter.drawLine(QPointF(frame.left(), frame.center().y()), QPointF(frame.right(), frame.center().y()))
            focus_ring(painter, self, tokens, PICTURE_RADIUS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        key = Qt.Key(event.key())
        if key in MOVES:
            down, right = MOVES[key]
            self.set_crop(self._crop[0] + down * step, self._crop[1] + right * step)
        elif key == Qt.Key.Key_Home:
            self.set_crop(0, 0)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._framed().adjusted(-HANDLE, -HANDLE, HANDLE, HANDLE).contains(event.position()):
            self._put(event.position() - self._framed().center() + self._framed().topLeft())
        self._grip = event.position() - self._framed().topLeft()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._put(event.position() - self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _original(self) -> Size:
        return self._frame[0] + self._reach, self._frame[1] + self._reach

    def _unit(self) -> float:
        """Screen pixels for one pixel of the original."""
        width, height = self._original()
        return min((self.width() - 2 * HAIR) / width, (self.height() - 2 * HAIR) / height)

    def _whole(self) -> QRectF:
        width, height = (side * self._unit() for side in self._original())
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _framed(self) -> QRectF:
        unit, whole = self._unit(), self._whole()
        top, left = self._crop
        return QRectF(
            whole.left() + left * unit, whole.top() + top * unit, self._frame[0] * unit, self._frame[1] * unit
        )

    def _put(self, corner: QPointF) -> None:
        moved = (corner - self._whole().topLeft()) / self._unit()
        self.set_crop(round(moved.y() / FINE) * FINE, round(moved.x() / FINE) * FINE)

    def _say(self) -> None:
        top, left = self._crop
        say = self._atelier.language.say
        self.setAccessibleName(say("window.crop.name"))
        self.setAccessibleDescription(say("window.crop.value", top=top, left=left))
        self.setToolTip(say("window.crop.help"))


def _around(whole: QRectF, frame: QRectF) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """What of `whole` lies outside of `frame`."""
    return (
        QRectF(whole.left(), whole.top(), whole.width(), frame.top() - whole.top()),
        QRectF(whole.left(), frame.bottom(), whole.width(), whole.bottom() - frame.bottom()),
        QRectF(whole.left(), frame.top(), frame.left() - whole.left(), frame.height()),
        QRectF(frame.right(), frame.top(), whole.right() - frame.right(), frame.height()),
    )
