"""KeysDialog: every keyboard shortcut, to be searched by what it does or by its keys.

The commands' come from their actions, those of lists from the lists' deeds. Only what widgets hear by themselves is
written down here; a test presses each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP
from app.window.commands import GALLERY, commands

SIZE: Final = (560, 620)
EVERYWHERE: Final = "everywhere"

OF_WIDGETS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "prompt": {"stronger": ("Ctrl+Up",), "weaker": ("Ctrl+Down",), "history": ("Alt+Up", "Alt+Down")},
    GALLERY: {"open": ("Space", "Return"), "larger": ("+", "-"), "whole": ("F",), "pixels": ("Z",)},
}
"""Group → what is done (a sentence of `window_keys`) → its keys, as Qt writes them."""

Row = tuple[str, str]
"""What it does, and its keys as this system writes them."""


class KeysDialog(QDialog):
    """`actions` are those of the commands by name, `deeds` those of lists by the page they are on."""

    def __init__(
        self,
        atelier: Atelier,
        actions: Mapping[str, QAction],
        deeds: Mapping[str, Sequence[QAction]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._atelier, self._actions, self._deeds = atelier, actions, deeds
        self.setObjectName("keys")
        self.resize(*SIZE)
        self._search, self._tree = QLineEdit(), QTreeWidget()
        self._search.setObjectName("keys.search")
        self._search.setClearButtonEnabled(True)
        self._tree.setObjectName("keys.list")
        self._tree.setColumnCount(2)
        self._tree.setHeaderHidden(True)
        self._tree.setRootIsDecorated(False)
        self._tree.setItemsExpandable(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(self._search)
        column.addWidget(self._tree, 1)
        self._search.textChanged.connect(self._find)
        atelier.language.follow(self._say)

    def found(self) -> list[Row]:
        """The shortcuts that are seen."""
        return [(item.text(0), item.text(1)) for item in self._items() if not item.isHidden()]

    def _rows(self) -> dict[str, list[Row]]:
        """By where they hold."""
        rows: dict[str, list[Row]] = {EVERYWHERE: [], **{name: [] for name in (*OF_WIDGETS, *self._deeds)}}
        for each in commands():
            if each.sequences:
                words = self._actions[each.name].text()
                rows[each.page or EVERYWHERE].append((words, _native(each.sequences[:1])))
        for group, bindings in OF_WIDGETS.items():
            for code, keys in bindings.items():
                words = self._atelier.language.say(f"window_keys.{code}")
                rows[group].append((words, _native([QKeySequence(key) for key in keys])))
        for group, actions in self._deeds.items():
            rows[group] += [(each.text(), _native(each.shortcuts())) for each in actions if each.shortcuts()]
        return rows

    def _items(self) -> Iterator[QTreeWidgetItem]:
        return (item for group in self._groups() for item in _children(group))

    def _groups(self) -> list[QTreeWidgetItem]:
        return _children(self._tree.invisibleRootItem())

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setWindowTitle(say("window_keys.title"))
        for widget, code in ((self._search, "window_keys.search"), (self._tree, "window_keys.list")):
            widget.setAccessibleName(say(code))
        self._search.setPlaceholderText(say("window_keys.search"))
        self._tree.clear()
        for name, rows in self._rows().items():
            self._tree.addTopLevelItem(self._group(say(f"window_keys.group.{name}"), rows))
        self._tree.expandAll()
        self._tree.setColumnWidth(0, SIZE[0] * 3 // 5)
        self._find(self._search.text())

    def _group(self, title: str, rows: Sequence[Row]) -> QTreeWidgetItem:
        group = QTreeWidgetItem([title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = self.font()
        font.setBold(True)
        group.setFont(0, font)
        group.addChildren([QTreeWidgetItem(list(row)) for row in rows])
        return group

    def _find(self, text: str) -> None:
        """Every word of it must be there, in what they do or in the keys."""
        words = text.casefold().split()
        for item in self._items():
            told = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(not all(word in told for word in words))
        for group in self._groups():
            group.setHidden(all(item.isHidden() for item in _children(group)))


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(number) for number in range(item.childCount()))
    return [child for child in found if child is not None]


def _native(sequences: Sequence[QKeySequence]) -> str:
    return "   ".join(each.toString(QKeySequence.SequenceFormat.NativeText) for each in sequences)
