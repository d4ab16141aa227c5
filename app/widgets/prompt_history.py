"""PromptHistory: prompts that were used, the latest first; going back and forth in them, and a menu."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from app.atelier import Atelier

IN_MENU = 20
LONGEST_LINE = 60


class PromptHistory(QPushButton):
    """A button with the menu. `step` walks; the draft that one came from lies in front of the latest."""

    chosen = Signal(str)

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self._prompts: list[str] = []
        self._at, self._draft = -1, ""
        self.setObjectName(name)
        self.clicked.connect(self._open)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    @property
    def prompts(self) -> list[str]:
        return list(self._prompts)

    def set_prompts(self, prompts: Iterable[str]) -> None:
        """The latest first."""
        self._prompts = list(dict.fromkeys(prompts))
        self._at = -1
        self.setEnabled(bool(self._prompts))

    def remember(self, prompt: str) -> None:
        if prompt.strip():
            self.set_prompts([prompt, *self._prompts])

    def step(self, direction: int, current: str) -> None:
        """-1 is further back, 1 towards now."""
        if self._at == -1:
            self._draft = current
        at = min(max(self._at - direction, -1), len(self._prompts) - 1)
        if at != self._at:
            self._at = at
            self.chosen.emit(self._draft if at == -1 else self._prompts[at])

    def menu_of_prompts(self) -> QMenu:
        menu = QMenu(self)
        for prompt in self._prompts[:IN_MENU]:
            line = " ".join(prompt.split())
            short = line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
            menu.addAction(short.replace("&", "&&"), partial(self.chosen.emit, prompt))
        return menu

    def _open(self) -> None:
        menu = self.menu_of_prompts()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _dress(self) -> None:
        self.setIcon(self._atelier.look.icon("chevron-down"))

    def _say(self) -> None:
        self.setText(self._atelier.language.say("window.prompt.history"))
        self.setToolTip(self._atelier.language.say("window.prompt.history_help"))
