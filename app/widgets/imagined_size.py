"""ImaginedSize: how large the original was that the model is to imagine, as small pictures (paper, section 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import CAPTION, HAIR, NEAR, PICTURE_RADIUS, text_font
from app.widgets.miniature import poster
from app.widgets.number_field import NumberBox
from app.widgets.painting import focus_ring, outline, painting
from app.widgets.words import Words
from core.request import Size

PICTURE = QSize(64, 48)
LARGEST = 8192


@dataclass(frozen=True)
class Imagined:
    """A choice: its word, the share of the picture's own sides, and how it is drawn."""

    code: str
    share: float | None
    """None: as the picture itself."""
    detail: float = 1.0
    frame: QRectF | None = None


ORIGINALS = (
    Imagined("window.original.tiny", 0.25, detail=0.12),
    Imagined("window.original.small", 0.5, detail=0.28),
    Imagined("window.original.own", None),
    Imagined("window.original.large", 2.0, detail=1.0, frame=QRectF(0.03, 0.03, 0.94, 0.94)),
)
"""What was the original like? Small ones were enlarged for training, and look it."""

TARGETS = (
    Imagined("window.target.close", 0.5, frame=QRectF(0.42, 0.1, 0.46, 0.46)),
    Imagined("window.target.own", None),
    Imagined("window.target.far", 2.0, frame=QRectF(-0.25, -0.25, 1.5, 1.5)),
)
"""What was it cropped for?"""


class ImaginedSize(QWidget):
    """A size in pixels, or None for the picture's own. The numbers are below the pictures."""

    size_changed = Signal(object)
    """Size, or None."""

    def __init__(self, atelier: Atelier, name: str, code: str, choices: tuple[Imagined, ...]) -> None:
        super().__init__()
        self._atelier, self._code, self._choices = atelier, code, choices
        self._own: Size = (1024, 1024)
        self._size: Size | None = None
        self.setObjectName(name)
        self._group = QButtonGroup(self)
        self._boxes = [NumberBox(f"{name}.{side}", 16, LARGEST, 1, quiet=False) for side in ("width", "height")]
        self._lay_out()
        self._group.idClicked.connect(self._chosen)
        for box in self._boxes:
            box.editingFinished.connect(self._typed)
        atelier.language.follow(self._say)
        self._show()

    @property
    def imagined(self) -> Size | None:
        return self._size

    def set_imagined(self, size: Size | None) -> None:
        changed, self._size = size != self._size, size
        self._show()
        if changed:
            self.size_changed.emit(size)

    def set_own(self, size: Size) -> None:
        """The size of the picture: what None means, and what the choices are shares of."""
        share = self._share()
        self._own = size
        self.set_imagined(self._sized(share) if share else self._size)

    def _lay_out(self) -> None:
        pictures = QGridLayout()
        pictures.setSpacing(HAIR)
        for index, choice in enumerate(self._choices):
            button = MiniatureButton(self._atelier, f"{self.objectName()}.{choice.code.split('.')[-1]}", choice)
            self._group.addButton(button, index)
            pictures.addWidget(button, 0, index)
        pictures.setColumnStretch(len(self._choices), 1)
        numbers = QHBoxLayout()
        numbers.setSpacing(NEAR)
        numbers.addWidget(self._boxes[0])
        numbers.addWidget(Words(self._atelier, "window.times", "dim"))
        numbers.addWidget(self._boxes[1])
        numbers.addWidget(Words(self._atelier, "window.pixels", "dim"))
        numbers.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        column.addWidget(Words(self._atelier, f"{self._code}.name", "dim"))
        column.addLayout(pictures)
        column.addLayout(numbers)

    def _show(self) -> None:
        for box, side in zip(self._boxes, self._size or self._own, strict=True):
            box.blockSignals(True)
            box.setValue(side)
            box.blockSignals(False)
        self._group.setExclusive(False)
        for index, choice in enumerate(self._choices):
            self._group.button(index).setChecked(self._sized(choice.share) == self._size)
        self._group.setExclusive(True)

    def _sized(self, share: float | None) -> Size | None:
        return None if share is None else (round(self._own[0] * share), round(self._own[1] * share))

    def _share(self) -> float | None:
        return next(
            (each.share for each in self._choices if each.share and self._sized(each.share) == self._size), None
        )

    def _chosen(self, index: int) -> None:
        self.set_imagined(self._sized(self._choices[index].share))

    def _typed(self) -> None:
        size = round(self._boxes[0].value()), round(self._boxes[1].value())
        self.set_imagined(None if size == self._own else size)

    def _say(self) -> None:
        name = self._atelier.language.say(f"{self._code}.name")
        for box, side in zip(self._boxes, ("width", "height"), strict=True):
            box.setAccessibleName(f"{name}: {self._atelier.language.say(f'window.shape.{side}')}")


class MiniatureButton(QAbstractButton):
    """A small picture to choose, with a word below."""

    def __init__(self, atelier: Atelier, name: str, choice: Imagined) -> None:
        super().__init__()
        self._atelier, self._choice = atelier, choice
        self.setObjectName(name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        atelier.look.changed.connect(self.update)
        atelier.language.follow(self._say)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text()) if self.text() else 0
        return QSize(max(PICTURE.width(), words) + 2 * HAIR, PICTURE.height() + 24)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._atelier.look.tokens
        place = QRectF((self.width() - PICTURE.width()) / 2, HAIR, PICTURE.width(), PICTURE.height())
        scale = self.devicePixelRatioF()
        with painting(self) as painter:
            shape = QPainterPath()
            shape.addRoundedRect(place, HAIR, HAIR)
            painter.setClipPath(shape)
            drawn = poster(PICTURE * scale, self._choice.frame, self._choice.detail)
            painter.drawImage(place, drawn)
            painter.setClipping(False)
            if self.isChecked() or self.underMouse():
                colour = tokens.indigo if self.isChecked() else tokens.edge
                outline(painter, place.adjusted(-3, -3, 3, 3), colour, 2, PICTURE_RADIUS)
            painter.setPen(QColor(tokens.ink if self.isChecked() else tokens.dim))
            painter.setFont(text_font(CAPTION))
            words = QRectF(0, place.bottom() + HAIR, self.width(), self.height() - place.bottom() - HAIR)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
            focus_ring(painter, self, tokens)

    def _say(self) -> None:
        self.setText(self._atelier.language.say(self._choice.code))
        self.setAccessibleName(self.text())
        self.updateGeometry()
