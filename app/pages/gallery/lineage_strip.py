"""LineageStrip: the picture that this one was made from, this one, and those made from it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import NEAR, PICTURE_RADIUS
from app.pages.gallery.about import About
from app.widgets.flow_layout import FlowLayout
from app.widgets.painting import focus_ring, outline, painting
from app.widgets.tab_order import before
from app.widgets.words import Words
from core.engine import Picture

SIDE = 64


class LineageStrip(QWidget):
    """`chosen` carries the number of a relative."""

    chosen = Signal(object)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._about: About | None = None
        self._tiles: list[QWidget] = []
        self._flow_holder = QWidget()
        self._flow = FlowLayout(self._flow_holder, NEAR)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(NEAR)
        column.addWidget(Words(atelier, "window_gallery.lineage.name", "heading"))
        column.addWidget(self._flow_holder)
        self.hide()
        atelier.language.follow(self._say)

    def show_picture(self, about: About) -> None:
        self._about = about
        self._say()

    def _say(self) -> None:
        for tile in self._tiles:
            self._flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self._tiles = list(self._relatives(self._about)) if self._about is not None else []
        for tile in self._tiles:
            self._flow.addWidget(tile)
            tile.show()
        before(self._flow_holder, [tile for tile in self._tiles if isinstance(tile, QPushButton)])
        self.setVisible(len(self._tiles) > 1)

    def _relatives(self, about: About) -> Iterator[QWidget]:
        """Parent, this picture, children, with arrows between: what comes from what."""
        children = [child for child in about.lineage.children if child.id in about.relatives]
        for parent in about.lineage.ancestors[:1]:
            yield self._tile(about, parent, "window_gallery.lineage.parent")
            made = about.record is not None and about.record.plan.start.key is not None
            yield self._arrow("window_gallery.lineage.refined" if made else "window_gallery.lineage.to")
        if about.relatives:
            this = self._tile(about, about.picture, "window_gallery.lineage.this")
            this.setEnabled(False)
            yield this
        if children:
            yield self._arrow("window_gallery.lineage.to")
        for child in children:
            yield self._tile(about, child, "window_gallery.lineage.child")

    def _tile(self, about: About, picture: Picture, code: str) -> QPushButton:
        words = self._atelier.language.say(code, prompt=picture.prompt[:80])
        tile = RelativeTile(self._atelier, f"gallery.relative.{picture.id}", about.relatives[picture.id], words)
        tile.clicked.connect(lambda: self.chosen.emit(picture.id))
        return tile

    def _arrow(self, code: str) -> QWidget:
        label = Words(self._atelier, code, "caption")
        label.setFixedHeight(SIDE)
        label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        return label


class RelativeTile(QPushButton):
    def __init__(self, atelier: Atelier, name: str, image: QImage | None, words: str) -> None:
        super().__init__()
        self._atelier, self._image = atelier, image or QImage()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setToolTip(words)

    def sizeHint(self) -> QSize:
        if self._image.isNull():
            return QSize(SIDE, SIDE)
        return self._image.size().scaled(2 * SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, place = self._atelier.look.tokens, QRectF(self.rect())
        with painting(self) as painter:
            shape = QPainterPath()
            shape.addRoundedRect(place, PICTURE_RADIUS - 1, PICTURE_RADIUS - 1)
            painter.setClipPath(shape)
            painter.fillRect(place, QColor(tokens.card))
            if not self._image.isNull():
                painter.drawImage(place, self._image)
            if not self.isEnabled():
                outline(painter, place, tokens.vermilion, 2, PICTURE_RADIUS - 1)
            elif self.underMouse():
                outline(painter, place, tokens.edge, 2, PICTURE_RADIUS - 1)
            focus_ring(painter, self, tokens, PICTURE_RADIUS - 1)
