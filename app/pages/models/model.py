"""ModelList's model: entries of model files as a list sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt

from app.language import Language
from app.pages.models.wording import entry_of
from app.widgets.entry_list import ENTRY, IDENTITY, Entries, Index
from core.engine import ModelEntry


class ModelFiles(Entries):
    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._found: Sequence[ModelEntry] = ()
        self._numbers: dict[str, int] = {}
        language.changed.connect(self._all_changed)

    @property
    def found(self) -> Sequence[ModelEntry]:
        return self._found

    def show_found(self, found: Sequence[ModelEntry]) -> None:
        self.beginResetModel()
        self._found = found
        self._numbers = {str(entry.path): number for number, entry in enumerate(found)}
        self.endResetModel()

    def entry(self, identity: str) -> ModelEntry | None:
        number = self.number(identity)
        return None if number is None else self._found[number]

    def number(self, identity: str) -> int | None:
        return self._numbers.get(identity)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = self._found[index.row()]
        if role == IDENTITY:
            return str(found.path)
        if role not in (
            ENTRY,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        entry = entry_of(self._language, found)
        if role == ENTRY:
            return entry
        return f"{found.path}\n{entry.line}" if role == Qt.ItemDataRole.ToolTipRole else entry.words

    def _all_changed(self) -> None:
        if self._found:
            self.dataChanged.emit(self.index(0), self.index(len(self._found) - 1))
