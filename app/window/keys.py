"""KeysDialog: every keyboard shortcut, to be searched by what it does or by its keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP

SIZE: Final = (560, 620)


@dataclass(frozen=True)
class Shortcut:
    """`keys` as Qt writes them; alternatives are divided by two spaces. `code`: of `window_keys`, what they do."""

    keys: str
    code: str


SHORTCUTS: Final[dict[str, Sequence[Shortcut]]] = {
    "everywhere": (
        Shortcut("Ctrl+1", "create"),
        Shortcut("Ctrl+2", "gallery"),
        Shortcut("Ctrl+3", "models"),
        Shortcut("Ctrl+4", "queue"),
        Shortcut("Ctrl+,", "settings"),
        Shortcut("Ctrl+Return", "generate"),
        Shortcut("Esc", "cancel"),
        Shortcut("Ctrl+Z", "undo"),
        Shortcut("F1", "keys"),
    ),
    "prompt": (
        Shortcut("Ctrl+Up", "stronger"),
        Shortcut("Ctrl+Down", "weaker"),
        Shortcut("Alt+Up  Alt+Down", "history"),
    ),
    "pictures": (
        Shortcut("1  2  3  4  5", "rate"),
        Shortcut("0", "unrate"),
        Shortcut("X", "reject"),
        Shortcut("Space", "select"),
        Shortcut("Return", "open"),
        Shortcut("Del", "trash"),
        Shortcut("C", "compare"),
        Shortcut("T", "tag"),
        Shortcut("E", "export"),
        Shortcut("I", "details"),
        Shortcut("Ctrl+C", "copy"),
        Shortcut("Ctrl+F", "find"),
        Shortcut("+  -", "larger"),
        Shortcut("F", "fit"),
        Shortcut("Z", "pixels"),
    ),
    "queue": (
        Shortcut("Alt+Up  Alt+Down", "move"),
        Shortcut("Alt+Home", "front"),
        Shortcut("Del", "take_out"),
        Shortcut("R", "retry"),
    ),
    "models": (Shortcut("Return", "use_model"), Shortcut("Del", "remove_model")),
}
"""By where they hold."""


class KeysDialog(QDialog):
    def __init__(
        self, atelier: Atelier, parent: QWidget | None = None, shortcuts: dict[str, Sequence[Shortcut]] = SHORTCUTS
    ) -> None:
        super().__init__(parent)
        self._atelier, self._shortcuts = atelier, shortcuts
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

    def found(self) -> list[tuple[str, str]]:
        """(what, keys) of the shortcuts that are seen."""
        return [(item.text(0), item.text(1)) for item in self._items() if not item.isHidden()]

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for group in self._groups() for item in _children(group)]

    def _groups(self) -> list[QTreeWidgetItem]:
        return _children(self._tree.invisibleRootItem())

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setWindowTitle(say("window_keys.title"))
        for widget, code in ((self._search, "window_keys.search"), (self._tree, "window_keys.list")):
            widget.setAccessibleName(say(code))
        self._search.setPlaceholderText(say("window_keys.search"))
        self._tree.clear()
        for name, shortcuts in self._shortcuts.items():
            group = QTreeWidgetItem([say(f"window_keys.group.{name}")])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = self.font()
            font.setBold(True)
            group.setFont(0, font)
            self._tree.addTopLevelItem(group)
            for shortcut in shortcuts:
                group.addChild(QTreeWidgetItem([say(f"window_keys.{shortcut.code}"), _native(shortcut.keys)]))
        self._tree.expandAll()
        self._tree.setColumnWidth(0, SIZE[0] * 3 // 5)
        self._find(self._search.text())

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


def _native(keys: str) -> str:
    """As this system writes them."""
    return "   ".join(QKeySequence(each).toString(QKeySequence.SequenceFormat.NativeText) for each in keys.split("  "))
