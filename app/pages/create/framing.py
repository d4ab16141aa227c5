"""Framing: what the model is told about the original that it is to imagine (paper, section 2.2), drawn and in words."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, HAIR, NEAR
from app.widgets.aesthetic_dial import AestheticDial
from app.widgets.crop_pad import CropPad
from app.widgets.imagined_size import ORIGINALS, TARGETS, ImaginedSize
from app.widgets.number_field import NumberBox
from app.widgets.words import Words
from core.request import MicroConditioning, Request, Size

AS_TRAINED = MicroConditioning()
AVOIDED = Request(prompt="").negative_conditioning.aesthetic
LARGEST_CROP = 4096


class Framing(QWidget):
    changed = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.original = ImaginedSize(atelier, "original", "window.original", ORIGINALS)
        self.pad = CropPad(atelier, "crop")
        self.target = ImaginedSize(atelier, "target", "window.target", TARGETS)
        self.wanted = AestheticDial(atelier, "aesthetic", "window.aesthetic")
        self.avoided = AestheticDial(atelier, "aesthetic_avoided", "window_create.avoided")
        self._sides = tuple(NumberBox(f"crop.{side}", 0, LARGEST_CROP, 8, quiet=False) for side in ("top", "left"))
        self._lay_out()
        self._connect()
        self.avoided.set_score(AVOIDED)
        atelier.language.follow(self._say)

    def set_size(self, size: Size) -> None:
        """That of the picture."""
        self.original.set_own(size)
        self.target.set_own(size)
        self.pad.set_frame(size, reach=max(max(size) // 2, *self.pad.crop))

    @property
    def words(self) -> str:
        """What is not as trained; or that all is."""
        return " · ".join(self._told()) or self._atelier.language.say("window.framing.as_trained")

    def _told(self) -> Iterator[str]:
        say = self._atelier.language.say
        for size, code in ((self.original.imagined, "original"), (self.target.imagined, "target")):
            if size is not None:
                yield say(f"window_create.framing.{code}", width=size[0], height=size[1])
        if self.pad.crop != AS_TRAINED.crop:
            yield say("window_create.framing.crop", top=self.pad.crop[0], left=self.pad.crop[1])
        if (self.wanted.score, self.avoided.score) != (AS_TRAINED.aesthetic, AVOIDED):
            yield say("window_create.framing.looks", score=self.wanted.score)

    def _connect(self) -> None:
        self.pad.crop_changed.connect(self._moved)
        for box in self._sides:
            box.valueChanged.connect(self._typed)
        for signal in (
            self.original.size_changed,
            self.target.size_changed,
            self.wanted.score_changed,
            self.avoided.score_changed,
        ):
            signal.connect(self.changed)

    def _moved(self, top: int, left: int) -> None:
        for box, value in zip(self._sides, (top, left), strict=True):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.changed.emit()

    def _typed(self) -> None:
        self.pad.set_crop(*(round(box.value()) for box in self._sides))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, NEAR)
        column.setSpacing(HAIR)
        column.addWidget(self.original)
        column.addSpacing(APART)
        column.addWidget(Words(self._atelier, "window.crop.name", "dim"))
        column.addWidget(self.pad)
        column.addLayout(self._numbers())
        column.addSpacing(APART)
        column.addWidget(self.target)
        column.addSpacing(APART)
        column.addLayout(self._dials())

    def _numbers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(NEAR)
        for box, side in zip(self._sides, ("top", "left"), strict=True):
            row.addWidget(Words(self._atelier, f"window_create.crop.{side}", "dim"))
            row.addWidget(box)
        row.addStretch()
        return row

    def _dials(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(APART)
        for dial, code in ((self.wanted, "window.aesthetic"), (self.avoided, "window_create.avoided")):
            words = Words(self._atelier, f"{code}.help", "caption")
            words.setWordWrap(True)
            column = QVBoxLayout()
            column.addWidget(Words(self._atelier, f"{code}.name", "dim"))
            column.addWidget(dial)
            column.addWidget(words, 1)
            row.addLayout(column, 1)
        return row

    def _say(self) -> None:
        for box, side in zip(self._sides, ("top", "left"), strict=True):
            box.setAccessibleName(self._atelier.language.say(f"window_create.crop.{side}"))
