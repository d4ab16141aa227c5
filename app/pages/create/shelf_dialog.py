"""ShelfDialog: the artist's own styles and presets, to be renamed, changed, deleted, passed on and brought in."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.pages.create.entry_dialog import NameDialog, StyleDialog, caption
from app.pages.create.shelving import Shelving
from app.pages.create.supplies import Supplies
from app.widgets.buttons import TextButton
from core.engine import Bundle, Preset, Style
from core.errors import Datum

SIZE: Final = (560, 520)
ENTRY: Final = Qt.ItemDataRole.UserRole
FILTER: Final = "JSON (*.json)"
DEEDS: Final = ("rename", "edit", "remove", "export", "import", "undo")


class ShelfDialog(QDialog):
    """Return renames, Delete deletes, Ctrl+Z takes back. What was done is said at the foot."""

    def __init__(self, atelier: Atelier, shelving: Shelving, supplies: Supplies, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._atelier, self._shelving = atelier, shelving
        self.setObjectName("shelf")
        self.setProperty("role", "panel")
        self.resize(*SIZE)
        self.list, self.said = QListWidget(), caption("")
        self.list.setObjectName("shelf.list")
        self.list.setProperty("role", "list")
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.said.setObjectName("shelf.said")
        self.buttons = {deed: TextButton(atelier, f"shelf.{deed}", f"window_create.shelf.{deed}") for deed in DEEDS}
        self._none = caption("")
        self._lay_out()
        self._connect()
        self.show_supplies(supplies)
        atelier.language.follow(self._say)

    def show_supplies(self, supplies: Supplies) -> None:
        self.list.clear()
        for kind, entries in (("preset", supplies.own.presets), ("style", supplies.own.styles)):
            for entry in entries:
                words = self._atelier.language.say(f"window_create.shelf.{kind}", name=entry.name)
                item = QListWidgetItem(words)
                item.setData(ENTRY, entry)
                item.setToolTip(entry.prompt if isinstance(entry, Style) else "")
                self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        self._none.setVisible(not self.list.count())
        self._allow()

    def selected(self) -> list[Style | Preset]:
        return [item.data(ENTRY) for item in self.list.selectedItems()]

    def bring_in(self, path: str) -> None:
        self._shelving.bring_in(Path(path))

    def export(self, path: str) -> None:
        """What is selected, as one file."""
        chosen = self.selected()
        styles = tuple(each for each in chosen if isinstance(each, Style))
        presets = tuple(each for each in chosen if isinstance(each, Preset))
        self._shelving.take_out(Path(path).with_suffix(".json"), Bundle(styles, presets))

    def _connect(self) -> None:
        for deed, act in (
            ("rename", self._rename),
            ("edit", self._edit),
            ("remove", self._remove),
            ("export", partial(self._ask_file, "export", QFileDialog.AcceptMode.AcceptSave)),
            ("import", partial(self._ask_file, "import", QFileDialog.AcceptMode.AcceptOpen)),
            ("undo", self._shelving.undo),
        ):
            self.buttons[deed].clicked.connect(act)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self._shelving.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._remove)
        self.list.itemSelectionChanged.connect(self._allow)
        self.list.itemActivated.connect(self._rename)
        self._shelving.known.connect(self.show_supplies)
        self._shelving.done.connect(self._tell)
        self._shelving.said.connect(self._tell)

    def _rename(self) -> None:
        (entry,) = self.selected()[:1] or (None,)
        if entry is not None:
            dialog = NameDialog(self._atelier, "window_create.entry.rename", entry.name, self)
            dialog.named.connect(partial(self._shelving.rename, entry))
            dialog.open()

    def _edit(self) -> None:
        (entry,) = self.selected()[:1] or (None,)
        if isinstance(entry, Style):
            dialog = StyleDialog(self._atelier, "window_create.entry.style", entry, self)
            dialog.made.connect(self._shelving.keep)
            dialog.open()

    def _remove(self) -> None:
        for entry in self.selected():
            self._shelving.remove(entry)

    def _ask_file(self, deed: str, mode: QFileDialog.AcceptMode) -> None:
        words = self._atelier.language.say(f"window_create.shelf.{deed}")
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, words, documents, FILTER)
        dialog.setAcceptMode(mode)
        dialog.setDefaultSuffix("json")
        saves = mode is QFileDialog.AcceptMode.AcceptSave
        dialog.setFileMode(QFileDialog.FileMode.AnyFile if saves else QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export if saves else self.bring_in)
        dialog.open()

    def _tell(self, code: str, data: dict[str, Datum]) -> None:
        self.said.setText(self._atelier.language.say(code, **data))
        self._allow()

    def _allow(self) -> None:
        chosen = self.selected()
        for deed, holds in (
            ("rename", len(chosen) == 1),
            ("edit", len(chosen) == 1 and isinstance(chosen[0], Style)),
            ("remove", bool(chosen)),
            ("export", bool(chosen)),
            ("undo", self._shelving.can_undo),
        ):
            self.buttons[deed].setEnabled(holds)

    def _lay_out(self) -> None:
        deeds = QVBoxLayout()
        deeds.setSpacing(NEAR)
        for deed in DEEDS:
            self.buttons[deed].setProperty("role", "outlined")
            deeds.addWidget(self.buttons[deed])
            if deed in ("remove", "import"):
                deeds.addSpacing(GROUP)
        deeds.addStretch()
        row = QHBoxLayout()
        row.setSpacing(APART)
        row.addWidget(self.list, 1)
        row.addLayout(deeds)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(NEAR)
        column.addWidget(self._none)
        column.addLayout(row, 1)
        column.addWidget(self.said)

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setWindowTitle(say("window_create.shelf"))
        self.list.setAccessibleName(say("window_create.shelf"))
        self._none.setText(say("window_create.shelf.none"))
