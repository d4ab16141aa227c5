"""CountField: how many pictures, by one press for the usual numbers."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.widgets.number_field import NumberBox

USUAL: Final = (1, 2, 4, 8)
MOST: Final = 10_000


class CountField(QWidget):
    count_changed = Signal(int)

    def __init__(self, atelier: Atelier, name: str = "count") -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName(name)
        self._chips = {number: QPushButton(str(number)) for number in USUAL}
        self._box = NumberBox(f"{name}.box", 1, MOST, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HAIR)
        for number, chip in self._chips.items():
            chip.setObjectName(f"{name}.{number}")
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.clicked.connect(partial(self._pressed, number))
            row.addWidget(chip)
        row.addStretch()
        row.addWidget(self._box)
        self.setFocusProxy(self._box)
        self._box.valueChanged.connect(self._changed)
        self._changed()
        atelier.language.follow(self._say)

    @property
    def count(self) -> int:
        return round(self._box.value())

    def set_count(self, count: int) -> None:
        self._box.setValue(count)

    def _pressed(self, number: int) -> None:
        self.set_count(number)
        self._show()

    def _changed(self) -> None:
        self._show()
        self.count_changed.emit(self.count)

    def _show(self) -> None:
        for number, chip in self._chips.items():
            chip.setChecked(number == self.count)

    def _say(self) -> None:
        language = self._atelier.language
        self._box.setAccessibleName(language.say("window_create.count"))
        for number, chip in self._chips.items():
            chip.setAccessibleName(language.count("window_create.pictures", number))
