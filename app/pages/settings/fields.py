"""Fields: a setting each, with its name, its control, and a line that says what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from app.atelier import Atelier
from app.look.metrics import APART
from app.widgets.choice import ChoiceBox
from app.widgets.number_field import NumberBox
from core.settings import Settings

NAME_WIDTH: Final = 200
CONTROL_WIDTH: Final = 220


class Field(QWidget):
    """Shows the setting `name`. Its words are `window_settings.NAME` and, where there is one, the help below."""

    changed = Signal(str, object)

    def __init__(self, atelier: Atelier, name: str, control: QWidget, helped: bool) -> None:
        super().__init__()
        self._atelier, self._name, self._control = atelier, name, control
        control.setObjectName(f"settings.{name}")
        control.setFixedWidth(CONTROL_WIDTH)
        self._label, self._help = QLabel(), QLabel(self)
        self._label.setBuddy(control)
        self._label.setFixedWidth(NAME_WIDTH)
        self._label.setWordWrap(True)
        self._help.setProperty("role", "caption")
        self._help.setWordWrap(True)
        self._help.setVisible(helped)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(APART)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(control, 0, 1)
        grid.addWidget(self._help, 1, 1, 1, 2)
        grid.setColumnStretch(2, 1)
        self._helped = helped
        atelier.language.follow(self._say)

    def show_settings(self, settings: Settings) -> None:
        """The control as the settings are; that is no change."""
        self._control.blockSignals(True)
        self.put(getattr(settings, self._name))
        self._control.blockSignals(False)

    def put(self, value: Any) -> None:
        raise NotImplementedError

    def say_help(self, words: str) -> None:
        self._help.setText(words)
        self._help.setVisible(bool(words))
        self._control.setAccessibleDescription(words)

    def _changed(self, value: Any) -> None:
        self.changed.emit(self._name, value)

    def _say(self) -> None:
        words = self._atelier.language.say(f"window_settings.{self._name}")
        self._label.setText(words)
        self._control.setAccessibleName(words)
        if self._helped:
            self.say_help(self._atelier.language.say(f"window_settings.{self._name}.help"))


class ChoiceField(Field):
    """`options`: what the settings know → a code of `window_settings`, or words that are the same everywhere."""

    def __init__(self, atelier: Atelier, name: str, options: Mapping[Any, str], *, helped: bool = False) -> None:
        self._box = ChoiceBox(atelier, name)
        self._options = dict(options)
        super().__init__(atelier, name, self._box, helped)
        self._box.activated.connect(lambda row: self._changed(list(self._options)[row]))

    def offer(self, options: Mapping[Any, str]) -> None:
        """Others than before; the chosen one stays, also where it is no more among them."""
        chosen = self._value
        self._options = dict(options)
        self._say()
        self.put(chosen)

    def put(self, value: Any) -> None:
        if value not in self._options:
            self._options[value] = str(value)
            self._say()
        self._box.setCurrentIndex(list(self._options).index(value))

    @property
    def _value(self) -> Any:
        return list(self._options)[max(self._box.currentIndex(), 0)]

    def _say(self) -> None:
        super()._say()
        chosen = self._value
        self._box.blockSignals(True)
        self._box.clear()
        self._box.addItems([self._words(option) for option in self._options.values()])
        self._box.setCurrentIndex(list(self._options).index(chosen))
        self._box.blockSignals(False)

    def _words(self, option: str) -> str:
        return self._atelier.language.say(option) if option.startswith("window_settings.") else option


class SwitchField(Field):
    def __init__(self, atelier: Atelier, name: str, *, helped: bool = True) -> None:
        self._box = QCheckBox()
        super().__init__(atelier, name, self._box, helped)
        self._box.toggled.connect(self._changed)

    def put(self, value: Any) -> None:
        self._box.setChecked(bool(value))

    def _say(self) -> None:
        super()._say()
        self._box.setText(self._atelier.language.say("window_settings.on"))


class NumberField(Field):
    """A number in `unit`; None for the least, where that has words of its own (`NAME.none`)."""

    def __init__(
        self,
        atelier: Atelier,
        name: str,
        bounds: Sequence[float],
        unit: str,
        *,
        none: bool = False,
        helped: bool = True,
    ) -> None:
        least, most, step = bounds
        self._box = NumberBox(name, least, most, step, quiet=False)
        self._none, self._whole = none, unit == ""
        self._box.setSuffix(f" {unit}" if unit else "")
        super().__init__(atelier, name, self._box, helped)
        self._box.valueChanged.connect(self._typed)

    def put(self, value: Any) -> None:
        self._box.setValue(self._box.minimum() if value is None else value)

    def _typed(self, value: float) -> None:
        if self._none and value == self._box.minimum():
            self._changed(None)
        else:
            self._changed(int(value) if self._whole else value)

    def _say(self) -> None:
        super()._say()
        if self._none:
            self._box.setSpecialValueText(self._atelier.language.say(f"window_settings.{self._name}.none"))
