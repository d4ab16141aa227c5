"""KindChips: which jobs are seen, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.atelier import Atelier
from app.pages.queue.model import ALL, KINDS
from app.pages.queue.rows import QueueRow


class KindChips(QWidget):
    chosen = Signal(str)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._numbers = dict.fromkeys(KINDS, 0)
        self._chips = {kind: QPushButton() for kind in KINDS}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for kind, chip in self._chips.items():
            chip.setObjectName(f"queue.kind.{kind}")
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _, kind=kind: self.chosen.emit(kind))
            group.addButton(chip)
            row.addWidget(chip)
        row.addStretch()
        self._chips[ALL].setChecked(True)
        atelier.language.follow(self._say)

    @property
    def kind(self) -> str:
        return next(kind for kind, chip in self._chips.items() if chip.isChecked())

    def count(self, rows: Iterable[QueueRow]) -> None:
        states = Counter(row.state for row in rows)
        numbers = {kind: sum(states[state] for state in of or states) for kind, of in KINDS.items()}
        if numbers != self._numbers:
            self._numbers = numbers
            self._say()

    def _say(self) -> None:
        for kind, chip in self._chips.items():
            words = self._atelier.language.say(f"window_queue.kind.{kind}")
            chip.setText(f"{words}  {self._numbers[kind]:,}")
            chip.setAccessibleName(f"{words}: {self._numbers[kind]}")
