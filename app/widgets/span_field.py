"""SpanField: a part of a whole, from and to in percent, with its name and one line that says what it does."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR, NEAR
from app.widgets.number_field import NAME_WIDTH, NumberBox
from app.widgets.words import Words

PERCENT: Final = 100
STEP: Final = 5


class SpanField(QWidget):
    """Two shares from 0 to 1, the smaller first: whichever moves past the other takes it along.

    Its words are `code.name` and `code.help`; the ends are called `code.first` and `code.last`.
    """

    span_changed = Signal(object)
    """(first, last)"""

    def __init__(self, atelier: Atelier, name: str, code: str) -> None:
        super().__init__()
        self._atelier, self._code = atelier, code
        self.setObjectName(name)
        self._name, self._help = Words(atelier, f"{code}.name", "dim"), Words(atelier, f"{code}.help", "caption")
        self._first, self._last = (self._box(f"{name}.{end}") for end in ("first", "last"))
        self._last.setValue(PERCENT)
        self._lay_out()
        self._first.valueChanged.connect(lambda value: self._moved(value, max(value, self._last.value())))
        self._last.valueChanged.connect(lambda value: self._moved(min(value, self._first.value()), value))
        atelier.language.follow(self._say)

    @property
    def span(self) -> tuple[float, float]:
        return self._first.value() / PERCENT, self._last.value() / PERCENT

    def set_span(self, first: float, last: float) -> None:
        """Shown in whole percents, and as it is, even where the larger is first."""
        before = self.span
        self._show(PERCENT * first, PERCENT * last)
        if self.span != before:
            self.span_changed.emit(self.span)

    def _box(self, name: str) -> NumberBox:
        box = NumberBox(name, 0, PERCENT, 1, quiet=False, unit=" %")
        box.setSingleStep(STEP)
        return box

    def _moved(self, first: float, last: float) -> None:
        self._show(first, last)
        self.span_changed.emit(self.span)

    def _show(self, first: float, last: float) -> None:
        with QSignalBlocker(self._first), QSignalBlocker(self._last):
            self._first.setValue(first)
            self._last.setValue(last)

    def _lay_out(self) -> None:
        self._name.setMinimumWidth(NAME_WIDTH)
        self._name.setBuddy(self._first)
        self._help.setWordWrap(True)
        ends = QHBoxLayout()
        ends.setSpacing(HAIR)
        for widget in (self._first, QLabel("–"), self._last):
            ends.addWidget(widget)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(NEAR)
        grid.setVerticalSpacing(HAIR)
        grid.addWidget(self._name, 0, 0)
        grid.addLayout(ends, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._help, 1, 1)
        grid.setColumnStretch(1, 1)
        self.setTabOrder(self._first, self._last)
        self.setFocusProxy(self._first)

    def _say(self) -> None:
        helping = self._atelier.language.say(f"{self._code}.help")
        for box, end in ((self._first, "first"), (self._last, "last")):
            box.setAccessibleName(self._atelier.language.say(f"{self._code}.{end}"))
            box.setAccessibleDescription(helping)
            box.setToolTip(helping)
