"""ImportCard: asks how files are to come in, and shows how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.pages.models.importer import Candidate
from app.widgets.buttons import TextButton
from app.widgets.words import Words

TICKS = 1000


class ImportCard(QFrame):
    copy = Signal(list)
    in_place = Signal(list)
    stop = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._paths: list[Path] = []
        self._source: Path | None = None
        self.setObjectName("models.import")
        self.setProperty("role", "card")
        self._title, self._help = QLabel(), Words(atelier, "window_models.import.help", "dim")
        self._title.setProperty("role", "strong")
        self._help.setWordWrap(True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setRange(0, TICKS)
        self._copy = TextButton(atelier, "models.import.copy", "window_models.import.copy", "outlined")
        self._use = TextButton(atelier, "models.import.use", "window_models.import.use", "outlined")
        self._stop = TextButton(atelier, "models.import.stop", "window_models.import.stop")
        self._lay_out()
        self._copy.clicked.connect(lambda: self.copy.emit(self._paths))
        self._use.clicked.connect(lambda: self.in_place.emit(self._paths))
        self._stop.clicked.connect(self._stopped)
        atelier.language.follow(self._say)
        self.hide()

    def ask(self, candidates: Sequence[Candidate]) -> None:
        """How are they to come in? Folders are not copied."""
        self._paths, self._source = [candidate.path for candidate in candidates], None
        self._show(asking=True)
        self._copy.setEnabled(not any(candidate.is_folder for candidate in candidates))
        (self._copy if self._copy.isEnabled() else self._use).setFocus()

    def show_copy(self, source: Path, share: float) -> None:
        if self._source != source:
            self._source = source
            self._show(asking=False)
        self._bar.setValue(round(share * TICKS))

    def finish(self) -> None:
        self._paths, self._source = [], None
        self.hide()

    def _show(self, *, asking: bool) -> None:
        for widget in (self._copy, self._use, self._help):
            widget.setVisible(asking)
        self._bar.setVisible(not asking)
        self._say()
        self.show()

    def _stopped(self) -> None:
        self.finish()
        self.stop.emit()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(NEAR)
        for button in (self._copy, self._use, self._stop):
            buttons.addWidget(button)
        grid = QGridLayout(self)
        grid.setContentsMargins(GROUP, APART, APART, APART)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._title, 0, 0)
        grid.addLayout(buttons, 0, 1, 2, 1)
        grid.addWidget(self._help, 1, 0)
        grid.addWidget(self._bar, 2, 0, 1, 2)

    def _say(self) -> None:
        language = self._atelier.language
        if self._source is not None:
            self._title.setText(language.say("window_models.import.copying", name=self._source.name))
            self._bar.setAccessibleName(self._title.text())
        elif len(self._paths) == 1:
            self._title.setText(language.say("window_models.import.ask_one", name=self._paths[0].name))
        else:
            self._title.setText(language.say("window_models.import.ask_many", number=len(self._paths)))
