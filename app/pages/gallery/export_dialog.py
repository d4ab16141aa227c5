"""ExportDialog: copies of the selected pictures, into a folder, as another program wants them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSignalBlocker, QStandardPaths, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.pages.gallery.exporting import Exporting
from app.widgets.buttons import TextButton
from app.widgets.choice import ChoiceBox
from app.widgets.number_field import NumberBox
from app.widgets.words import ElidedLabel, Words
from core.engine import Export
from core.errors import HangaError

FORMATS: Final = ("png", "jpeg", "webp")
NAMES: Final = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
SIZES: Final = (0, 512, 1024, 2048, 4096)
"""Longest side in pixels; 0 leaves it as it is."""
WIDTH: Final = 460


class ExportDialog(QDialog):
    """`said` tells how it ended."""

    said = Signal(str, dict)

    def __init__(self, atelier: Atelier, exporting: Exporting, ids: Sequence[int], parent: QWidget | None) -> None:
        super().__init__(parent)
        self._atelier, self._exporting, self._ids = atelier, exporting, ids
        self.setObjectName("export")
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.format, self.side = ChoiceBox(atelier, "export.format"), ChoiceBox(atelier, "export.size")
        self.quality = NumberBox("export.quality", 1, 100, 1, quiet=False)
        self.metadata = QCheckBox()
        self.metadata.setObjectName("export.metadata")
        self._quality_words = Words(atelier, "window_gallery.export.quality", "dim")
        self._folder_words = ElidedLabel()
        self._browse = TextButton(atelier, "export.browse", "window_gallery.export.browse", "outlined")
        self.bar = QProgressBar()
        self.bar.setObjectName("export.progress")
        self.bar.setTextVisible(False)
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._told.setProperty("role", "dim")
        self.go = TextButton(atelier, "export.go", "window_gallery.export.go", "action")
        self.cancel = TextButton(atelier, "export.cancel", "window_gallery.export.cancel", "outlined")
        self.folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
        self.format.addItems([NAMES[each] for each in FORMATS])
        self.side.addItems([""] * len(SIZES))
        self.quality.setValue(92)
        self.metadata.setChecked(True)
        self._lay_out()
        self._connect()
        self._show_running(on=False)
        atelier.language.follow(self._say)

    @property
    def how(self) -> Export:
        side = SIZES[self.side.currentIndex()]
        return Export(
            format=FORMATS[self.format.currentIndex()],
            fit=(side, side) if side else None,
            quality=round(self.quality.value()),
            metadata=self.metadata.isChecked(),
        )

    def set_how(self, how: Export) -> None:
        """As the settings have it."""
        with QSignalBlocker(self.format):
            self.format.setCurrentIndex(FORMATS.index(how.format))
        self.quality.setValue(how.quality)
        self.metadata.setChecked(how.metadata)
        self._say()

    def set_folder(self, folder: Path) -> None:
        self.folder = folder
        self._folder_words.setText(str(folder))

    def start(self) -> None:
        self.bar.setRange(0, len(self._ids))
        self.bar.setValue(0)
        self._show_running(on=True)
        self._exporting.start(self._ids, self.folder, self.how)

    def reject(self) -> None:
        """Escape and the close button: stop what runs, or close."""
        if self._exporting.runs:
            self._exporting.stop()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._exporting.stop()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(GROUP)
        form.setVerticalSpacing(APART)
        place = QHBoxLayout()
        place.setSpacing(NEAR)
        place.addWidget(self._folder_words, 1)
        place.addWidget(self._browse)
        atelier = self._atelier
        form.addRow(Words(atelier, "window_gallery.export.format", "dim"), self.format)
        form.addRow(Words(atelier, "window_gallery.export.size", "dim"), self.side)
        form.addRow(self._quality_words, self.quality)
        form.addRow(QLabel(), self.metadata)
        holder = QWidget()
        holder.setLayout(place)
        place.setContentsMargins(0, 0, 0, 0)
        form.addRow(Words(atelier, "window_gallery.export.folder", "dim"), holder)
        buttons = QHBoxLayout()
        buttons.setSpacing(NEAR)
        buttons.addWidget(self._told, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(GROUP)
        self._title = QLabel()
        self._title.setProperty("role", "title")
        column.addWidget(self._title)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addLayout(buttons)
        self.set_folder(self.folder)

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._say)
        self._browse.clicked.connect(self._choose_folder)
        self.go.clicked.connect(self.start)
        self.cancel.clicked.connect(self.reject)
        self._exporting.went_on.connect(self._went_on)
        self._exporting.ended.connect(self._ended)
        self._exporting.refused.connect(self._refused)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self._atelier.language.say("window_gallery.export.folder"), str(self.folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self.set_folder(Path(folder)))
        dialog.open()

    def _went_on(self, done: int) -> None:
        self.bar.setValue(done)
        self._told.setText(self._atelier.language.say("window_gallery.export.done", number=done, count=len(self._ids)))

    def _ended(self, written: int, whole: bool) -> None:
        self._show_running(on=False)
        code = "window_gallery.exported" if whole else "window_gallery.export_stopped"
        self.said.emit(code, {"number": written, "count": len(self._ids), "folder": str(self.folder)})
        self.accept()

    def _refused(self, error: HangaError, written: int) -> None:
        """What was written stays; one may choose another folder and go on."""
        self._show_running(on=False)
        self._told.setText(self._atelier.language.say(error.code, **error.data))

    def _show_running(self, *, on: bool) -> None:
        for control in (self.format, self.side, self.quality, self.metadata, self._browse, self.go):
            control.setEnabled(not on)
        self.bar.setVisible(on)
        if on:
            self._told.clear()
        self.quality.setEnabled(not on and self.how.format != "png")

    def _say(self) -> None:
        language = self._atelier.language
        self._title.setText(language.count("window_gallery.export.title", len(self._ids)))
        self.setWindowTitle(self._title.text())
        self.metadata.setText(language.say("window_gallery.export.metadata"))
        names = {self.format: "format", self.side: "size", self.quality: "quality", self.metadata: "metadata"}
        for control, name in names.items():
            control.setAccessibleName(language.say(f"window_gallery.export.{name}"))
        self.bar.setAccessibleName(language.say("window_gallery.export.go"))
        for index, side in enumerate(SIZES):
            words = "window_gallery.export.fit" if side else "window_gallery.export.whole"
            self.side.setItemText(index, language.say(words, side=side))
        self.quality.setEnabled(self.how.format != "png" and not self._exporting.runs)
