"""LoraList: which LoRAs act, how strongly, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR, NEAR
from app.widgets.buttons import IconButton, TextButton
from app.widgets.line_slider import LineSlider
from app.widgets.number_field import NumberBox
from app.widgets.words import ElidedLabel, Words
from core.request import Lora

STRONGEST: Final = 2.0
"""On the slider, either way; a box takes as much as planning does."""
MOST_WEIGHT: Final = 10.0
HUNDREDTHS: Final = 100
STEP: Final = 0.05


class LoraList(QWidget):
    changed = Signal()

    def __init__(self, atelier: Atelier, name: str = "loras") -> None:
        super().__init__()
        self._atelier = atelier
        self._known: tuple[str, ...] = ()
        self._rows: list[LoraRow] = []
        self.setObjectName(name)
        self.add = TextButton(atelier, f"{name}.add", "window_create.loras.add", icon="plus")
        self._none = Words(atelier, "window_create.loras.nowhere", "caption")
        self._none.setWordWrap(True)
        self._notes = QLabel()
        self._notes.setProperty("role", "caption")
        self._notes.setWordWrap(True)
        self._codes: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, NEAR)
        self._column.setSpacing(HAIR)
        self._column.addWidget(self._notes)
        self._column.addWidget(self._none)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self.add.clicked.connect(self._open)
        self.set_known(())
        atelier.language.follow(self._say)

    @property
    def loras(self) -> tuple[Lora, ...]:
        return tuple(row.lora for row in self._rows)

    def set_known(self, names: Iterable[str]) -> None:
        """All there are to choose from."""
        self._known = tuple(names)
        self.add.setEnabled(bool(self._known))
        self._none.setVisible(not self._known and not self._rows)

    def set_loras(self, loras: Iterable[Lora]) -> None:
        wanted = tuple(loras)
        if wanted != self.loras:
            self._rebuild(wanted)
            self.changed.emit()

    def show_notes(self, codes: list[str]) -> None:
        """Sentences about how they act on this model."""
        self._codes = codes
        self._say()

    def append(self, name: str) -> None:
        self.set_loras((*self.loras, Lora(name=name)))
        self._rows[-1].setFocus()

    def menu_of_loras(self) -> QMenu:
        """Those that are not in the list yet."""
        menu, listed = QMenu(self), {lora.name for lora in self.loras}
        for name in self._known:
            if name not in listed:
                menu.addAction(name.replace("&", "&&"), partial(self.append, name))
        return menu

    def _say(self) -> None:
        self._notes.setText(" ".join(map(self._atelier.language.say, self._codes)))
        self._notes.setVisible(bool(self._codes))

    def _open(self) -> None:
        menu = self.menu_of_loras()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    def _rebuild(self, loras: tuple[Lora, ...]) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(number, lora, len(loras)) for number, lora in enumerate(loras)]
        self.set_known(self._known)
        self.updateGeometry()

    def _row(self, number: int, lora: Lora, count: int) -> LoraRow:
        row = LoraRow(self._atelier, f"{self.objectName()}.{number}", lora)
        row.up.setEnabled(number > 0)
        row.down.setEnabled(number < count - 1)
        row.weighed.connect(self.changed)
        row.up.clicked.connect(partial(self._move, number, -1))
        row.down.clicked.connect(partial(self._move, number, 1))
        row.remove.clicked.connect(partial(self._remove, number))
        self._column.insertWidget(number, row)
        row.show()
        return row

    def _move(self, number: int, by: int) -> None:
        loras = list(self.loras)
        loras.insert(number + by, loras.pop(number))
        self.set_loras(loras)
        row = self._rows[number + by]
        (row.up if by < 0 else row.down).setFocus()

    def _remove(self, number: int) -> None:
        self.set_loras([lora for place, lora in enumerate(self.loras) if place != number])
        (self._rows[min(number, len(self._rows) - 1)].remove if self._rows else self.add).setFocus()


class LoraRow(QWidget):
    """A name, its weight as a slider and as a number, and what can be done with its place."""

    weighed = Signal()

    def __init__(self, atelier: Atelier, name: str, lora: Lora) -> None:
        super().__init__()
        self._atelier, self._lora = atelier, lora
        self.setObjectName(name)
        self._title = ElidedLabel()
        self._title.setText(lora.name)
        self.slider = LineSlider(atelier, f"{name}.slider")
        self.box = NumberBox(f"{name}.box", -MOST_WEIGHT, MOST_WEIGHT, STEP)
        self.up = IconButton(atelier, f"{name}.up", "chevron-up", "window_create.loras.up")
        self.down = IconButton(atelier, f"{name}.down", "chevron-down", "window_create.loras.down")
        self.remove = IconButton(atelier, f"{name}.remove", "close", "window_create.loras.remove")
        self.slider.setRange(round(-STRONGEST * HUNDREDTHS), round(STRONGEST * HUNDREDTHS))
        self.slider.setSingleStep(round(STEP * HUNDREDTHS))
        self.slider.setPageStep(round(4 * STEP * HUNDREDTHS))
        self._show()
        self._lay_out()
        self.slider.valueChanged.connect(lambda hundredths: self._weigh(hundredths / HUNDREDTHS))
        self.box.valueChanged.connect(self._weigh)
        self.setFocusProxy(self.slider)
        atelier.language.follow(self._say)

    @property
    def lora(self) -> Lora:
        return self._lora

    def _weigh(self, weight: float) -> None:
        if round(weight, 2) != round(self._lora.weight, 2):
            self._lora = replace(self._lora, weight=round(weight, 2))
            self._show()
            self.weighed.emit()

    def _show(self) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            self.slider.setValue(round(self._lora.weight * HUNDREDTHS))
            self.box.setValue(self._lora.weight)

    def _lay_out(self) -> None:
        head, line = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(0)
        line.setSpacing(NEAR)
        for widget in (self._title, self.up, self.down, self.remove):
            head.addWidget(widget, 1 if widget is self._title else 0)
        line.addWidget(self.slider, 1)
        line.addWidget(self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, HAIR)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(line)

    def _say(self) -> None:
        say, name = self._atelier.language.say, self._lora.name
        for control in (self.slider, self.box):
            control.setAccessibleName(say("window_create.loras.weight", name=name))
            control.setToolTip(say("window_create.loras.weight_help"))
        for button, code in ((self.up, "up"), (self.down, "down"), (self.remove, "remove")):
            button.setAccessibleDescription(name)
            button.setToolTip(say(f"window_create.loras.{code}"))
