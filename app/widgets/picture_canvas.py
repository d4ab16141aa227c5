"""PictureCanvas: a picture on neutral ground, as near as one likes; or two in one place, with a line between them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app.atelier import Atelier
from app.look.metrics import CAPTION, NEAR, text_font
from app.widgets.blank_sheet import draw_blank_sheet
from app.widgets.divider import Divider
from app.widgets.painting import fill, focus_ring, painting
from app.widgets.pyramid import Pyramid
from app.widgets.view import Sight, View, fitting, sight

MARGIN = 28
ZOOM = 1.25
"""Of one key or one notch of the wheel."""
ARROW = 60
"""Logical pixels that an arrow key moves the picture."""
SHADOWS = ((2, 34), (5, 22), (9, 12))
"""Distance and strength."""

MOVES = {
    Qt.Key.Key_Left: QPointF(ARROW, 0),
    Qt.Key.Key_Right: QPointF(-ARROW, 0),
    Qt.Key.Key_Up: QPointF(0, ARROW),
    Qt.Key.Key_Down: QPointF(0, -ARROW),
}


class PictureCanvas(QWidget):
    """Wheel or + and - zoom to the cursor, dragging or arrows move, 0 fits, 1 shows pixel for pixel.

    A picture that fits is not moved by dragging it: then `drag_requested` says that it is dragged out.
    """

    zoom_changed = Signal(float)
    """Screen pixels for one of the picture: 1.0 is 100 %."""
    drag_requested = Signal()
    looked = Signal(object)
    """The artist sees another part of it: a `Sight`, for whoever is to see the same of another picture."""

    def __init__(self, atelier: Atelier, name: str = "canvas") -> None:
        super().__init__()
        self._atelier = atelier
        self._picture: Pyramid | None = None
        self._before: Pyramid | None = None
        self._labels = ("", "")
        self._size = QSize(0, 0)
        self._view, self._fits = View(1, 0, 0), True
        self._grip: QPointF | None = None
        self._words = ""
        self.is_alone = False
        """With nothing else that could have the focus, which then need not be shown."""
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.divider = Divider(atelier, f"{name}.divider", self)
        self.divider.hide()
        self.divider.valueChanged.connect(self._divided)
        atelier.look.changed.connect(self.update)
        atelier.language.follow(self._say)

    @property
    def zoom(self) -> float:
        return self._view.scale * self.devicePixelRatioF()

    @property
    def fits(self) -> bool:
        """Whether the picture is kept fitted as the window changes."""
        return self._fits

    def show_picture(self, picture: QImage, words: str = "") -> None:
        """`words` say what it is to who cannot see it. The view stays if the picture is as large as the one before."""
        self._picture, self._before, self._words = Pyramid(picture), None, words
        self.divider.hide()
        self._sized(picture.size())
        self._say()

    def show_preview(self, pixels: bytes, width: int, height: int, size: QSize) -> None:
        """`pixels` are RGB, 8 bits each, rows from the top; drawn smoothly in the place of the picture of `size`."""
        goes_on = self._picture is not None and self._before is None and size == self._size
        small = QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._picture, self._before = Pyramid(small.copy(), smooth=True), None
        if goes_on:
            self.update(self._view.placed(self._size).toAlignedRect())
            return
        self.divider.hide()
        self._sized(size)

    def compare(self, before: QImage, after: QImage, labels: tuple[str, str]) -> None:
        """Both in one place, `before` left of the line; pictures of different size are seen in that of `after`."""
        self._picture, self._before, self._labels = (
            Pyramid(after),
            Pyramid(before, smooth=before.size() != after.size()),
            labels,
        )
        self.divider.show()
        self._sized(after.size())
        self._say()

    def show_sheet(self, size: QSize, words: str) -> None:
        """No picture: the blank sheet for one of `size`, and words on it."""
        self._picture, self._before, self._words = None, None, words
        self.divider.hide()
        self._sized(size)
        self._say()

    def clear(self) -> None:
        self.show_sheet(QSize(0, 0), "")

    def fit(self) -> None:
        self._fit()
        self._tell()

    def look_as(self, seen: Sight) -> None:
        """As another canvas, which told; this one tells nobody."""
        if seen.fits:
            self._fit()
        else:
            self._fits = False
            self._look(seen.view(self._size, self._room()))

    def show_pixels(self) -> None:
        """100 %: one pixel of the picture is one of the screen."""
        self.zoom_by(1 / self.zoom)

    def toggle_pixels(self) -> None:
        """All of it, or pixel for pixel."""
        (self.show_pixels if self._fits else self.fit)()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self._fits = False
        self._keep(self._view.zoomed(factor, at or QPointF(self.rect().center())))
        self._tell()

    def pan(self, by: QPointF) -> None:
        self._keep(self._view.moved(by))
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in MOVES:
            self.pan(MOVES[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / ZOOM)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.show_pixels()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(ZOOM ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1 + event.value(), event.position())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grip = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        by = event.position() - self._grip
        if not self._is_all_seen():
            self._grip = event.position()
            self.pan(by)
        elif by.manhattanLength() >= QApplication.startDragDistance():
            self._grip = None
            self.drag_requested.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._fits:
            self.zoom_by(1 / self.zoom, event.position())
        else:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fits:
            self._fit()
        else:
            self._keep(self._view)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, place = self._atelier.look.tokens, self._view.placed(self._size)
        with painting(self) as painter:
            painter.fillRect(event.rect(), QColor(tokens.ground))
            if self._picture is None and not place.isEmpty():
                draw_blank_sheet(painter, place, self._words, tokens)
            elif self._picture is not None:
                if not place.toAlignedRect().contains(event.rect()):  # as it is for a further preview
                    _shade(painter, place)
                self._picture.draw(painter, place, self.devicePixelRatioF())
                if self._before is not None:
                    self._draw_before(painter, place)
            if not self.is_alone:
                focus_ring(painter, self, tokens, 0)

    def _draw_before(self, painter: QPainter, place: QRectF) -> None:
        assert self._before is not None
        line = self.divider.line
        painter.save()
        painter.setClipRect(QRectF(place.left(), place.top(), line - place.left(), place.height()))
        self._before.draw(painter, place, self.devicePixelRatioF())
        painter.restore()
        painter.fillRect(QRectF(line - 1, place.top(), 2, place.height()), QColor("#ffffff"))
        seen = place.intersected(QRectF(self.rect()))
        _label(painter, self._labels[0], seen.bottomLeft() + QPointF(NEAR, -NEAR), right=False)
        _label(painter, self._labels[1], seen.bottomRight() + QPointF(-NEAR, -NEAR), right=True)

    def _sized(self, size: QSize) -> None:
        if size != self._size:
            self._size = size
            self._fit()
        else:
            self.divider.set_picture(self._view.placed(self._size))
        self.update()

    def _fit(self) -> None:
        self._fits = True
        self._look(fitting(self._size, self._room(), MARGIN))

    def _keep(self, view: View) -> None:
        self._look(view.kept(self._size, self._room()))

    def _tell(self) -> None:
        self.looked.emit(sight(self._view, self._size, self._room(), fits=self._fits))

    def _look(self, view: View) -> None:
        self._view = view
        self.divider.set_picture(view.placed(self._size))
        self.setCursor(Qt.CursorShape.ArrowCursor if self._is_all_seen() else Qt.CursorShape.OpenHandCursor)
        self.update()
        self.zoom_changed.emit(self.zoom)

    def _divided(self) -> None:
        self.divider.settle()
        self.update()

    def _room(self) -> QSizeF:
        return QSizeF(self.size())

    def _is_all_seen(self) -> bool:
        return QRectF(self.rect()).contains(self._view.placed(self._size))

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window.canvas.name"))
        self.setAccessibleDescription(self._words)


def _shade(painter: QPainter, place: QRectF) -> None:
    """Only around the picture, which hides the rest."""
    painter.save()
    painter.setClipRegion(QRegion(painter.viewport()) - QRegion(place.toAlignedRect().adjusted(1, 1, -1, -1)))
    for distance, strength in SHADOWS:
        colour = QColor(0, 0, 0, strength)
        fill(
            painter,
            place.adjusted(-distance, -distance / 2, distance, distance * 1.5),
            colour.name(QColor.NameFormat.HexArgb),
            distance,
        )
    painter.restore()


def _label(painter: QPainter, words: str, corner: QPointF, *, right: bool) -> None:
    """Words on a dark plate whose lower corner, left or right, is `corner`."""
    if not words:
        return
    font = text_font(CAPTION)
    width, height = QFontMetrics(font).horizontalAdvance(words) + 2 * NEAR, 20
    plate = QRectF(corner.x() - (width if right else 0), corner.y() - height, width, height)
    fill(painter, plate, "#e0141416", 4)
    painter.setFont(font)
    painter.setPen(QColor("#f4f2ee"))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
