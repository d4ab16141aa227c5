"""PicturesPlace: where the pictures are, and a way there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART
from app.pages.settings.fields import NAME_WIDTH
from app.widgets.buttons import TextButton
from app.widgets.words import ElidedLabel, Words


class PicturesPlace(QWidget):
    opened = Signal(object)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._folder: Path | None = None
        self._path = ElidedLabel("dim")
        name = Words(atelier, "window_settings.pictures")
        name.setFixedWidth(NAME_WIDTH)
        self._button = TextButton(
            atelier, "settings.pictures", "window_settings.pictures.open", "outlined", icon="folder"
        )
        self._button.clicked.connect(lambda: self.opened.emit(self._folder))
        self._button.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(APART)
        row.addWidget(name)
        row.addWidget(self._path, 1)
        row.addWidget(self._button)

    def show_folder(self, folder: Path) -> None:
        self._folder = folder
        self._path.setText(str(folder))
        self._button.setEnabled(True)
