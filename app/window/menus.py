"""Menus: the menu bar, made from the list of commands; what is asked there and by keys comes out as one signal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from app.atelier import Atelier
from app.window.commands import LINE, MENUS, QUEUE_DEEDS, RATING, RECENT, Command, Item, commands

AREA: Final = "window_menu"
INSIDE: Final = (RATING, RECENT)
"""Menus within menus."""

Recent = Callable[[], Sequence[tuple[str, Callable[[], object]]]]
"""What was used last, as words and what is to be done; asked whenever the menu opens."""


class Menus(QMenuBar):
    """`asked` carries the name of a command."""

    asked = Signal(str)

    def __init__(self, atelier: Atelier, recent: Recent) -> None:
        super().__init__()
        self._atelier, self._recent = atelier, recent
        self.setObjectName("menus")
        self.actions_by_name = {each.name: self._action(each) for each in commands()}
        self._menus: dict[str, QMenu] = {name: QMenu(self) for name in (*MENUS, RECENT)}
        self._fill()
        self._menus[RECENT].aboutToShow.connect(self._fill_recent)
        atelier.language.follow(self._say)

    @property
    def menus(self) -> Mapping[str, QMenu]:
        return self._menus

    def add_queue_deeds(self, deeds: Sequence[QAction]) -> None:
        """What the queue's page itself can do; there once that page is."""
        for name, items in MENUS.items():
            if QUEUE_DEEDS in items:
                self._menus[name].addActions(list(deeds))

    def show_page(self, page: str) -> None:
        """Which is shown: others' commands are not possible now."""
        for each in commands():
            self.actions_by_name[each.name].setEnabled(each.page in ("", page))

    def show_words(self, name: str, code: str) -> None:
        """A command that is another now: one that goes on with what it paused, say."""
        self.actions_by_name[name].setText(self._atelier.language.say(code))

    def hear_late(self, event: QKeyEvent) -> bool:
        """Keys that nothing which has the focus took; whether they were those of a command."""
        pressed = QKeySequence(event.keyCombination().toCombined() & ~Qt.KeyboardModifier.KeypadModifier.value)
        for each in commands():
            if each.late and pressed in each.sequences and self.actions_by_name[each.name].isEnabled():
                self.actions_by_name[each.name].trigger()
                return True
        return False

    def _action(self, command: Command) -> QAction:
        action = QAction(self)
        action.setObjectName(f"menu.{command.name}")
        action.setMenuRole(command.role)
        if not (command.late and sys.platform == "darwin"):  # there, what a menu shows it takes
            action.setShortcuts(command.sequences)
        if command.late:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(partial(self._ask, command.name))
        return action

    def _ask(self, name: str, checked: bool = False) -> None:
        self.asked.emit(name)

    def _fill(self) -> None:
        for name, items in MENUS.items():
            menu = self._menus[name]
            menu.setObjectName(f"menu.of.{name}")
            menu.setToolTipsVisible(False)
            for item in items:
                self._put(menu, item)
            if name not in INSIDE:
                self.addMenu(menu)

    def _put(self, menu: QMenu, item: Item) -> None:
        if isinstance(item, Command):
            menu.addAction(self.actions_by_name[item.name])
        elif item == LINE:
            menu.addSeparator()
        elif item != QUEUE_DEEDS:
            menu.addMenu(self._menus[item])

    def _fill_recent(self) -> None:
        menu = self._menus[RECENT]
        menu.clear()
        for words, do in self._recent():
            menu.addAction(words.replace("&", "&&")).triggered.connect(_without_arguments(do))
        if menu.isEmpty():
            menu.addAction(self._atelier.language.say(f"{AREA}.nothing_recent")).setEnabled(False)

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setAccessibleName(say(f"{AREA}.name"))
        for name, action in self.actions_by_name.items():
            action.setText(say(f"{AREA}.{name}"))
        for name, menu in self._menus.items():
            menu.setTitle(say(f"{AREA}.of.{name}"))


def _without_arguments(do: Callable[[], object]) -> Callable[..., None]:
    def called(*_: object) -> None:
        do()

    return called
