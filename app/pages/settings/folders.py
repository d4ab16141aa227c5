"""FolderList: folders of other programs, and single files, whose models are used where they lie."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR, NEAR
from app.widgets.buttons import IconButton, TextButton
from app.widgets.words import ElidedLabel, Words


class FolderList(QWidget):
    changed = Signal(str, object)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._places: tuple[str, ...] = ()
        self._rows: list[QWidget] = []
        helping = Words(atelier, "window_settings.model_folders.help", "caption")
        helping.setWordWrap(True)
        self._add = TextButton(atelier, "settings.folders.add", "window_settings.model_folders.add", "outlined")
        self._add.clicked.connect(self._choose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(HAIR)
        self._column.addWidget(helping)
        below = QHBoxLayout()
        below.addWidget(self._add)
        below.addStretch()
        self._column.addLayout(below)

    def show_places(self, places: Sequence[str]) -> None:
        if tuple(places) == self._places:
            return
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self._places = tuple(places)
        self._rows = [self._row(number, place) for number, place in enumerate(self._places)]
        for number, row in enumerate(self._rows, 1):
            self._column.insertWidget(number, row)

    def add(self, place: str) -> None:
        if place and place not in self._places:
            self.changed.emit("model_folders", (*self._places, place))

    def _row(self, number: int, place: str) -> QWidget:
        row, words = QWidget(), ElidedLabel()
        words.setText(place)
        code = "window_settings.model_folders.remove"
        remove = IconButton(self._atelier, f"settings.folders.remove.{number}", "close", code)
        remove.setAccessibleDescription(place)
        remove.clicked.connect(lambda: self._remove(place))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(NEAR)
        line.addWidget(words, 1)
        line.addWidget(remove)
        return row

    def _remove(self, place: str) -> None:
        self.changed.emit("model_folders", tuple(each for each in self._places if each != place))

    def _choose(self) -> None:
        title = self._atelier.language.say("window_settings.model_folders.add")
        dialog = QFileDialog(self, title, fileMode=QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.add)
        dialog.open()
