"""NumberField: a number with its name, a slider to find it, a box to type it, and one line that says what it does."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from app.atelier import Atelier
from app.look.metrics import NEAR
from app.widgets.line_slider import LineSlider

NAME_WIDTH = 84
NARROWEST, PADDING = 60, 28
"""Of a box, and room for the cursor."""


class NumberField(QWidget):
    """A number from `least` to `most` in steps of `step`. Its words are `code.name` and `code.help`.

    `hard` is the largest number that can be typed, where that is more than the slider reaches; `unit` stands behind
    the number, and the sentence `least_code`, if there is one, in the place of the least.
    """

    value_changed = Signal(float)

    def __init__(
        self,
        atelier: Atelier,
        name: str,
        code: str,
        least: float,
        most: float,
        step: float = 1,
        *,
        hard: float | None = None,
        unit: str = "",
        least_code: str = "",
        help_shown: bool = True,
    ) -> None:
        super().__init__()
        self._atelier, self._code, self._step, self._help_shown = atelier, code, step, help_shown
        self._least_code = least_code
        self.setObjectName(name)
        self._name, self._help = QLabel(), QLabel(self)
        self._slider = LineSlider(atelier, f"{name}.slider")
        self._slider.setRange(round(least / step), round(most / step))
        self._slider.setPageStep(max((self._slider.maximum() - self._slider.minimum()) // 10, 1))
        self._box = NumberBox(f"{name}.box", least, most if hard is None else hard, step, unit=unit)
        self._lay_out()
        self._slider.valueChanged.connect(self._slid)
        self._box.valueChanged.connect(self._typed)
        atelier.language.follow(self._say)

    @property
    def value(self) -> float:
        return self._box.value()

    def set_value(self, value: float) -> None:
        self._box.setValue(value)

    def _lay_out(self) -> None:
        self._name.setProperty("role", "dim")
        self._name.setMinimumWidth(NAME_WIDTH)
        self._name.setBuddy(self._box)
        self._help.setProperty("role", "caption")
        self._help.setWordWrap(True)
        self._help.setVisible(self._help_shown)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(NEAR)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self._slider, 0, 1)
        grid.addWidget(self._box, 0, 2)
        grid.addWidget(self._help, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        self.setTabOrder(self._slider, self._box)
        self.setFocusProxy(self._box)

    def _slid(self, ticks: int) -> None:
        if self._slider.value() != self._ticks(self._box.value()):
            self._box.setValue(ticks * self._step)

    def _typed(self, value: float) -> None:
        self._slider.setValue(self._ticks(value))
        self.value_changed.emit(value)

    def _ticks(self, value: float) -> int:
        return min(max(round(value / self._step), self._slider.minimum()), self._slider.maximum())

    def _say(self) -> None:
        name, helping = (self._atelier.language.say(f"{self._code}.{part}") for part in ("name", "help"))
        self._name.setText(name)
        self._help.setText(helping)
        if self._least_code:
            self._box.setSpecialValueText(self._atelier.language.say(self._least_code))
        for control in (self._slider, self._box):
            control.setAccessibleName(name)
            control.setAccessibleDescription(helping)
            control.setToolTip(helping)


class NumberBox(QDoubleSpinBox):
    """A number to type: quiet until it is pointed at. The wheel turns it only when it has the focus."""

    def __init__(
        self, name: str, least: float, most: float, step: float, *, quiet: bool = True, unit: str = ""
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "quiet" if quiet else "")
        self.setAlignment(Qt.AlignmentFlag.AlignRight if quiet else Qt.AlignmentFlag.AlignLeft)
        self.setDecimals(_decimals(step))
        self.setSuffix(unit)
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        margin = 2 if quiet else 7
        self.lineEdit().setTextMargins(margin, 0, margin, 0)

    def sizeHint(self) -> QSize:
        numbers = (f"{self.textFromValue(value)}{self.suffix()}" for value in (self.minimum(), self.maximum()))
        widest = max(map(self.fontMetrics().horizontalAdvance, (*numbers, self.specialValueText())))
        return QSize(max(widest + PADDING, NARROWEST), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _decimals(step: float) -> int:
    return len(f"{step:g}".partition(".")[2])
