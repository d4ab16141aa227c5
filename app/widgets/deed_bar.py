"""DeedBar: what can be done with what is selected in a list, as buttons, as its context menu, and by its keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, HAIR, NEAR
from app.widgets.buttons import TextButton
from app.widgets.words import ElidedLabel


@dataclass(frozen=True)
class Deed:
    """`code` is the sentence of its words; `keys` as Qt writes them, valid while the list has the focus."""

    name: str
    icon: str
    code: str
    keys: str
    do: Callable[[], object]


class DeedBar(QFrame):
    def __init__(self, atelier: Atelier, name: str, over: QWidget, deeds: Sequence[Deed]) -> None:
        super().__init__()
        self._atelier, self._deeds = atelier, {deed.name: deed for deed in deeds}
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._words = ElidedLabel("dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(APART, HAIR, NEAR, HAIR)
        row.setSpacing(HAIR)
        row.addWidget(self._words, 1)
        self.actions_by_name = {deed.name: self._action(over, deed) for deed in deeds}
        self._buttons = {deed.name: self._button(deed) for deed in deeds}
        for button in self._buttons.values():
            row.addWidget(button)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    def say(self, words: str) -> None:
        """What is selected."""
        self._words.setText(words)

    def allow(self, names: Collection[str]) -> None:
        """Which deeds are possible now; the others are not."""
        for name, action in self.actions_by_name.items():
            action.setEnabled(name in names)
            self._buttons[name].setEnabled(name in names)

    def _action(self, over: QWidget, deed: Deed) -> QAction:
        action = QAction(over)
        action.setShortcut(QKeySequence(deed.keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(deed.do)
        over.addAction(action)
        return action

    def _button(self, deed: Deed) -> TextButton:
        button = TextButton(self._atelier, f"{self.objectName()}.{deed.name}", deed.code, icon=deed.icon)
        button.clicked.connect(deed.do)
        return button

    def _dress(self) -> None:
        for name, action in self.actions_by_name.items():
            action.setIcon(self._atelier.look.icon(self._deeds[name].icon))

    def _say(self) -> None:
        for name, action in self.actions_by_name.items():
            words = self._atelier.language.say(self._deeds[name].code)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(words)
            self._buttons[name].setToolTip(f"{words} ({keys})" if keys else words)
