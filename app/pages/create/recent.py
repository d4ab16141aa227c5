"""RecentStrip: the latest pictures, newest first, each in its own shape."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from app.atelier import Atelier
from app.engine_thread import BACKGROUND, EngineThread
from app.look.metrics import NEAR, PICTURE_RADIUS
from app.pages.create.showing import row_of
from app.widgets.painting import fill, outline
from app.widgets.picture_model import PictureModel
from core.errors import HangaError

if TYPE_CHECKING:
    from core.engine import Engine, Picture

WIDTH: Final = 118
FLATTEST, TALLEST = 0.5, 1.8
"""Height over width of a place; what lies beyond is seen in part."""
RING: Final = 3
MARGIN: Final = 12


class RecentStrip(QListView):
    chosen = Signal(object)
    """The id of a picture, which is longer than Qt's int."""
    opened = Signal(object)

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self._thread = atelier, thread
        self.pictures = PictureModel(self._fetch)
        self.setObjectName("recent")
        self.setProperty("role", "bare")
        self.setModel(self.pictures)
        self.setItemDelegate(StripPainter(atelier, self))
        self.setFixedWidth(WIDTH)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.activated.connect(lambda index: self.opened.emit(self._number(index.row())))
        atelier.look.changed.connect(self.viewport().update)
        atelier.language.follow(self._say)

    def show_pictures(self, pictures: tuple[Picture, ...]) -> None:
        """Newest first; the one that was current stays so."""
        current = self._number(self.currentIndex().row()) if self.currentIndex().isValid() else None
        self.pictures.set_rows([row_of(picture) for picture in pictures])
        if current is not None:
            self.mark(current)

    def mark(self, number: int | None) -> None:
        """Shows which picture is seen, without asking for it."""
        rows = [row.identity for row in self.pictures.rows]
        self.blockSignals(True)
        if number is not None and str(number) in rows:
            self.setCurrentIndex(self.pictures.index(rows.index(str(number))))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        self.blockSignals(False)
        self.viewport().update()

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(self._number(current.row()))

    def paintEvent(self, event: QPaintEvent) -> None:
        self.pictures.want(self._seen())
        super().paintEvent(event)

    def _seen(self) -> list[int]:
        area, rows = self.viewport().rect(), range(len(self.pictures.rows))
        return [row for row in rows if self.visualRect(self.pictures.index(row)).intersects(area)]

    def _fetch(self, identities: list[str]) -> None:
        for identity in identities:
            self._thread.ask(
                partial(_thumbnail, number=int(identity)),
                partial(self.pictures.deliver, identity),
                partial(self._missing, identity),
                BACKGROUND,
            )

    def _missing(self, identity: str, error: HangaError) -> None:
        self.pictures.deliver(identity, None)

    def _number(self, row: int) -> int:
        return int(self.pictures.rows[row].identity)

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window_create.recent"))
        self.setAccessibleDescription(self._atelier.language.say("window_create.recent_help"))


class StripPainter(QStyledItemDelegate):
    def __init__(self, atelier: Atelier, strip: RecentStrip) -> None:
        super().__init__(strip)
        self._atelier, self._strip = atelier, strip

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row = self._strip.pictures.rows[index.row()]
        width = WIDTH - 2 * MARGIN
        shape = min(max(row.height / max(row.width, 1), FLATTEST), TALLEST)
        return QSize(WIDTH - 2, round(width * shape) + NEAR)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._atelier.look.tokens
        rect = option.rect
        place = QRectF(rect).adjusted(MARGIN, NEAR / 2, -MARGIN, -NEAR / 2)
        thumbnail = self._strip.pictures.thumbnail(index.row())
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if thumbnail is None or thumbnail.isNull():
            fill(painter, place, tokens.line, PICTURE_RADIUS)
        else:
            shape = QPainterPath()
            shape.addRoundedRect(place, PICTURE_RADIUS, PICTURE_RADIUS)
            painter.setClipPath(shape)
            painter.drawImage(place, thumbnail, _middle(thumbnail, place))
            painter.setClipping(False)
        if index == self._strip.currentIndex():
            outline(painter, place.adjusted(-RING, -RING, RING, RING), tokens.vermilion, 2, PICTURE_RADIUS + 2)
            if self._strip.hasFocus():
                outline(painter, place.adjusted(1, 1, -1, -1), tokens.indigo, 2, PICTURE_RADIUS)
        painter.restore()


def _middle(image: QImage, place: QRectF) -> QRectF:
    """The part of an image, as large as can be, that has the shape of its place."""
    shape = place.width() / max(place.height(), 1)
    width = min(image.width(), image.height() * shape)
    height = width / shape
    return QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)


def _thumbnail(engine: Engine, number: int) -> QImage | None:
    """For the engine's thread."""
    data = engine.library.thumbnail(number)
    return None if data is None else QImage.fromData(data)
