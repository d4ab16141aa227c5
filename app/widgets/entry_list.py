"""EntryList: things one below the other, each with a picture or icon, a title, and what is said of it. Any number."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from app.atelier import Atelier
from app.widgets.entry_painter import HEIGHT, EntryPainter

Index = QModelIndex | QPersistentModelIndex

ENTRY: Final = Qt.ItemDataRole.UserRole
IDENTITY: Final = Qt.ItemDataRole.UserRole + 1
"""Roles under which a model tells an `Entry`, and a str by which it is known again."""


class Entries(QAbstractListModel):
    """A model that tells an `Entry` for each row under `ENTRY`, and its identity under `IDENTITY`."""

    def number(self, identity: str) -> int | None:
        """Its row; None if it is not there."""
        raise NotImplementedError


class EntryList(QListView):
    """`chosen_changed` follows the selection."""

    chosen_changed = Signal()

    def __init__(self, atelier: Atelier, name: str, code: str, entries: Entries) -> None:
        super().__init__()
        self._atelier, self._code, self._entries = atelier, code, entries
        self.setModel(entries)
        self.setObjectName(name)
        self.setProperty("role", "bare")
        self.setItemDelegate(_Delegate(atelier, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        atelier.look.changed.connect(self.viewport().update)
        atelier.language.follow(self._say)

    def chosen(self) -> list[str]:
        """Identities of what is selected, from above."""
        rows = sorted((each.top(), each.bottom()) for each in self.selectionModel().selection().toList())
        return [self._identity(row) for first, last in rows for row in range(first, last + 1)]

    def choose(self, identities: Collection[str]) -> None:
        """Select those, where they are there; the first becomes the current one."""
        found = (self._entries.number(identity) for identity in identities)
        indexes = [self._entries.index(row, 0) for row in sorted(row for row in found if row is not None)]
        chosen = QItemSelection()
        for index in indexes:
            chosen.select(index, index)
        if indexes:
            self.selectionModel().setCurrentIndex(indexes[0], QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def changing(self, change: Callable[[], None]) -> None:
        """Let `change` put other rows into the model; what was selected, current and seen stays so."""
        chosen, scrolled = self.chosen(), self.verticalScrollBar().value()
        change()
        if chosen:
            self.choose(chosen)
        self.doItemsLayout()
        self.verticalScrollBar().setValue(scrolled)
        self.chosen_changed.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.chosen_changed.emit()

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts of pages here."""

    def _identity(self, row: int) -> str:
        return str(self._entries.index(row, 0).data(IDENTITY))

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say(self._code))
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    def __init__(self, atelier: Atelier, parent: EntryList) -> None:
        super().__init__(parent)
        self._painter = EntryPainter(atelier)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        self._painter.paint(painter, rect, index.data(ENTRY), option.state)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, HEIGHT)
