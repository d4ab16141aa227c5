"""HandOver: where the refiner takes over from the base, as a bar of the two blocks, indigo and vermilion."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.widgets.buttons import TextButton
from app.widgets.painted_slider import PaintedSlider
from app.widgets.painting import fill, focus_ring, painting

BAR = 10
GAP = 2
HUNDREDTHS = 100

Split = Callable[[int, float], tuple[int, int]]
"""(steps, hand-over) → (steps of the base, steps of the refiner)."""


def plain_split(steps: int, handoff: float) -> tuple[int, int]:
    """The share of the steps: what a schedule with even steps does. Plans know better; until there is one, this."""
    base = round(steps * handoff)
    return base, steps - base


class HandOver(QWidget):
    """The hand-over as a share of the noise levels, with the steps it means; and whether there is a refiner at all."""

    handoff_changed = Signal(float)
    refiner_toggled = Signal(bool)

    def __init__(self, atelier: Atelier, name: str = "handoff", split: Split = plain_split) -> None:
        super().__init__()
        self._atelier, self._split, self._steps = atelier, split, 25
        self.setObjectName(name)
        self.slider = HandOverSlider(atelier, f"{name}.slider")
        self._base, self._middle = QLabel(), QLabel()
        self._base.setProperty("role", "indigo")
        self._middle.setProperty("role", "dim")
        self._refiner = TextButton(atelier, f"{name}.refiner", "window.handoff.refiner", "refiner")
        self._refiner.setCheckable(True)
        self._refiner.setChecked(True)
        self._lay_out()
        self.slider.valueChanged.connect(self._moved)
        self._refiner.toggled.connect(self._toggled)
        atelier.language.follow(self._say)

    @property
    def handoff(self) -> float:
        return self.slider.value() / HUNDREDTHS

    @property
    def refined(self) -> bool:
        return self._refiner.isChecked()

    def set_handoff(self, handoff: float) -> None:
        self.slider.setValue(round(handoff * HUNDREDTHS))

    def set_refined(self, on: bool) -> None:
        self._refiner.setChecked(on)

    def set_steps(self, steps: int, split: Split | None = None) -> None:
        """How many steps there are, and how a hand-over divides them."""
        self._steps, self._split = steps, split or self._split
        self._say()

    def _lay_out(self) -> None:
        words = QHBoxLayout()
        words.addWidget(self._base)
        words.addStretch()
        words.addWidget(self._middle)
        words.addStretch()
        words.addWidget(self._refiner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        column.addWidget(self.slider)
        column.addLayout(words)

    def _moved(self) -> None:
        self._say()
        self.handoff_changed.emit(self.handoff)

    def _toggled(self, on: bool) -> None:
        self.slider.setEnabled(on)
        self._say()
        self.refiner_toggled.emit(on)

    def _say(self) -> None:
        language = self._atelier.language
        base, refiner = self._split(self._steps, self.handoff) if self.refined else (self._steps, 0)
        both = language.say("window.handoff.both", base=base, refiner=refiner)
        self._base.setText(language.say("window.handoff.base", steps=base))
        self._middle.setText(language.say("window.handoff.share", share=self.handoff) if self.refined else "")
        on = language.say("window.handoff.on", steps=refiner) if self.refined else language.say("window.handoff.off")
        self._refiner.setText(on)
        self._refiner.setAccessibleName(language.say("window.handoff.refiner"))
        self.slider.setAccessibleName(language.say("window.handoff.name"))
        self.slider.setAccessibleDescription(both)
        self.slider.setToolTip(both)


class HandOverSlider(PaintedSlider):
    """From 0 to 1 in hundredths: left of the mark the base works, right of it the refiner."""

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__(atelier, name)
        self.setRange(0, HUNDREDTHS)
        self.setPageStep(10)
        self.setValue(80)

    def sizeHint(self) -> QSize:
        return QSize(200, BAR + 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, top = self.tokens, (self.height() - BAR) / 2
        left, right = 4.0, self.width() - 4.0
        mark = self.position_of(self.value()) if self.isEnabled() else right
        with painting(self) as painter:
            fill(painter, QRectF(left, top, max(mark - 2 * GAP - left, 0), BAR), tokens.indigo, BAR / 2)
            if self.isEnabled():
                fill(painter, QRectF(mark + 2 * GAP, top, right - mark - 2 * GAP, BAR), tokens.vermilion, BAR / 2)
                fill(painter, QRectF(mark - GAP, top - 3, 2 * GAP, BAR + 6), tokens.ink, GAP)
            focus_ring(painter, self, tokens)
