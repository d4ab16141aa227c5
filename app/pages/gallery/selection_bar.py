"""SelectionBar: how many pictures are selected, and what can be done with them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from app.atelier import Atelier
from app.look.metrics import APART, HAIR
from app.widgets.buttons import TextButton
from app.widgets.words import ElidedLabel

BUTTON: Final = 38
"""Width of a button, besides its words."""

COMPARED: Final = range(2, 5)
"""How many pictures can be looked at side by side."""

ACTIONS: Final = {"compare": "compare", "export": "export", "collect": "collection", "tag": "tag", "trash": "trash"}


class SelectionBar(QFrame):
    """`asked` carries what is to be done: one of `ACTIONS`."""

    asked = Signal(str)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier, self._count, self._how = atelier, 0, ("png", True)
        self.setObjectName("gallery.selection")
        self.setProperty("role", "card")
        self._number, self._words = QLabel(), ElidedLabel("dim")
        self._number.setProperty("role", "strong")
        row = QHBoxLayout(self)
        row.setContentsMargins(APART, 6, HAIR, 6)
        row.setSpacing(HAIR)
        row.addWidget(self._number)
        row.addSpacing(HAIR)
        row.addWidget(self._words, 1)
        self.buttons = {
            name: TextButton(atelier, f"gallery.selection.{name}", f"window_gallery.do.{name}", icon=icon)
            for name, icon in ACTIONS.items()
        }
        for name, button in self.buttons.items():
            row.addWidget(button)
            button.clicked.connect(lambda _, name=name: self.asked.emit(name))
        atelier.language.follow(self._say)

    def show_selection(self, count: int) -> None:
        self._count = count
        self.setVisible(count > 0)
        self.buttons["compare"].setEnabled(count in COMPARED)
        self._say()

    def show_format(self, kind: str, metadata: bool) -> None:
        """What pictures are taken along as when they are dragged."""
        self._how = kind, metadata
        self._say()

    def minimumSizeHint(self) -> QSize:
        """With icons alone."""
        return QSize(
            self._number.sizeHint().width() + len(self.buttons) * BUTTON + 4 * APART, super().sizeHint().height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_buttons()

    def _say_buttons(self) -> None:
        """Where there is no room for their words, icons have to do."""
        say = self._atelier.language.say
        words = {name: say(f"window_gallery.do.{name}") for name in self.buttons}
        taken = sum(self.fontMetrics().horizontalAdvance(each) + BUTTON + HAIR for each in words.values())
        roomy = taken + self._number.sizeHint().width() + 5 * APART <= self.width()
        for name, button in self.buttons.items():
            button.setText(words[name] if roomy else "")
            button.setAccessibleName(words[name])

    def _say(self) -> None:
        language, (kind, metadata) = self._atelier.language, self._how
        self._number.setText(language.count("window_gallery.selected", self._count))
        code = "window_gallery.drag.with" if metadata else "window_gallery.drag.without"
        self._words.setText(language.count(code, self._count, format={"jpeg": "JPEG", "webp": "WebP"}.get(kind, "PNG")))
        self._say_buttons()
        for name, button in self.buttons.items():
            button.setToolTip(language.say(f"window_gallery.do.{name}.help"))
            button.setAccessibleDescription(button.toolTip())
