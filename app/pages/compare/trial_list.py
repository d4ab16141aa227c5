"""TrialList: the blind comparisons that there are, with how many votes each has, and the way to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP
from app.pages.gallery.filter_row import FilterRow
from app.widgets.buttons import TextButton
from app.widgets.words import Words
from core.engine import TrialGlance

WIDTH: Final = 204


class TrialList(QScrollArea):
    """`chosen` carries the id of a trial, "" for a new one; `left` that the artist goes back to the pictures."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier, self._shown = atelier, ""
        self._rows: dict[str, FilterRow] = {}
        self.setObjectName("blind.trials")
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._new = FilterRow(atelier, "blind.new")
        self._new.clicked.connect(lambda: self.chosen.emit(""))
        back = TextButton(atelier, "blind.back", "window_compare.blind.back", icon="gallery")
        back.clicked.connect(self.left)
        inside = QWidget()
        inside.setProperty("role", "panel")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(APART, GROUP, APART, GROUP)
        self._column.setSpacing(2)
        head = Words(atelier, "window_compare.blind.list", "heading")
        head.setContentsMargins(8, 0, 0, 4)
        for widget in (head, self._new):
            self._column.addWidget(widget)
        self._column.addStretch()
        self._column.addWidget(back, alignment=Qt.AlignmentFlag.AlignLeft)
        self.setWidget(inside)
        atelier.language.follow(self._say)

    def show_trials(self, trials: Sequence[TrialGlance]) -> None:
        """The newest first."""
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {trial.id: self._row(number, trial) for number, trial in enumerate(trials, 1)}
        self.show_chosen(self._shown)

    def show_chosen(self, trial: str) -> None:
        self._shown = trial
        self._new.setChecked(not trial)
        for id, row in self._rows.items():
            row.setChecked(id == trial)

    def _row(self, number: int, trial: TrialGlance) -> FilterRow:
        row = FilterRow(self._atelier, f"blind.trial.{number}", trial.name)
        row.set_count(trial.votes)
        row.setToolTip(
            self._atelier.language.say("window_compare.blind.progress", number=trial.votes, count=trial.pairs)
        )
        row.clicked.connect(lambda: self.chosen.emit(trial.id))
        self._column.insertWidget(self._column.count() - 2, row)
        return row

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window_compare.blind.list"))
        self._new.set_words(self._atelier.language.say("window_compare.blind.new"))
