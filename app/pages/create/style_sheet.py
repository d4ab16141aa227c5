"""StyleSheet: every style there is, to be found by a part of its name or words, and turned on and off."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.widgets.buttons import TextButton
from app.widgets.words import Words
from core.engine import Style

SIZE: Final = (320, 460)
TICK: Final = 16
NAME: Final = Qt.ItemDataRole.UserRole
FOUND_BY: Final = Qt.ItemDataRole.UserRole + 1


class StyleSheet(QFrame):
    """Return or Space turns the chosen one on or off; it stays open for more."""

    toggled = Signal(str)
    save_requested = Signal()
    manage_requested = Signal()

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName(name)
        self.setProperty("role", "card")
        self.resize(*SIZE)
        self.search, self.list = QLineEdit(), QListWidget()
        self.search.setObjectName(f"{name}.search")
        self.search.setClearButtonEnabled(True)
        self.list.setObjectName(f"{name}.list")
        self.list.setIconSize(QSize(TICK, TICK))
        self.list.setProperty("role", "list")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._about = Words(atelier, "window_create.styles.help", "caption")
        self._about.setWordWrap(True)
        self._save = TextButton(atelier, f"{name}.save", "window_create.styles.save", icon="plus")
        self._manage = TextButton(atelier, f"{name}.manage", "window_create.manage")
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.search)
        atelier.language.follow(self._say)

    def show_styles(self, styles: Iterable[Style], on: Collection[str]) -> None:
        """All there are; those that are on are ticked. Lines that stay are not made anew: one may be being pressed."""
        items = [self._item(style) for style in styles]
        self.list.blockSignals(True)
        if [_words(item) for item in items] != [_words(item) for item in self._items()]:
            self.list.clear()
            for item in items:
                self.list.addItem(item)
        self._tick(on)
        self.list.blockSignals(False)
        self._find(self.search.text())

    def _tick(self, on: Collection[str]) -> None:
        say = self._atelier.language.say
        ticked, blank = self._atelier.look.icon("check"), QPixmap(4 * TICK, 4 * TICK)
        blank.fill(Qt.GlobalColor.transparent)
        for item in self._items():
            is_on = item.data(NAME) in on
            item.setIcon(ticked if is_on else QIcon(blank))
            words = say(f"window_create.styles.{'on' if is_on else 'off'}", name=item.text())
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Return turns what is chosen in the list, Space does in the list itself; arrows walk in it from the line."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key, searching = Qt.Key(event.key()), watched is self.search
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (key == Qt.Key.Key_Space and not searching):
            self._turn(self.list.currentItem())
        elif searching and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        else:
            return super().eventFilter(watched, event)
        return True

    def _item(self, style: Style) -> QListWidgetItem:
        words = style.said(self._atelier.language.spoken)
        item = QListWidgetItem(words)
        item.setData(NAME, style.name)
        item.setData(FOUND_BY, f"{words} {style.name} {style.prompt}".casefold())
        item.setToolTip(style.prompt)
        return item

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _find(self, text: str) -> None:
        for item in self._items():
            item.setHidden(text.casefold() not in item.data(FOUND_BY))
        current = self.list.currentItem()
        seen = [item for item in self._items() if not item.isHidden()]
        if text and seen and current not in seen:
            self.list.setCurrentItem(seen[0])

    def _walk(self, by: int) -> None:
        seen = [item for item in self._items() if not item.isHidden()]
        if seen:
            current = self.list.currentItem()
            at = seen.index(current) + by if current in seen else 0
            self.list.setCurrentItem(seen[min(max(at, 0), len(seen) - 1)])

    def _turn(self, item: QListWidgetItem | None) -> None:
        if item is not None and not item.isHidden():
            self.toggled.emit(item.data(NAME))

    def _connect(self) -> None:
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._find)
        self.list.itemClicked.connect(self._turn)
        self.list.installEventFilter(self)
        for button, signal in ((self._save, self.save_requested), (self._manage, self.manage_requested)):
            button.clicked.connect(self.hide)
            button.clicked.connect(signal)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._save)
        foot.addStretch()
        foot.addWidget(self._manage)
        column = QVBoxLayout(self)
        column.setContentsMargins(APART, APART, APART, NEAR)
        column.setSpacing(NEAR)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self._about)
        column.addLayout(foot)

    def _say(self) -> None:
        say = self._atelier.language.say
        self.search.setPlaceholderText(say("window_create.styles.search"))
        self.search.setAccessibleName(say("window_create.styles.search"))
        self.list.setAccessibleName(say("window_create.styles.list"))


def _words(item: QListWidgetItem) -> tuple[str, str]:
    return item.text(), item.toolTip()
