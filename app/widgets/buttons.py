"""Buttons that follow theme and language."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton

from app.atelier import Atelier
from app.look.metrics import ICON


class IconButton(QToolButton):
    """A picture to press. Its words are its accessible name and, with its shortcut, its tooltip."""

    def __init__(self, atelier: Atelier, name: str, icon: str, code: str, *, checkable: bool = False) -> None:
        super().__init__()
        self._atelier, self._icon, self._code = atelier, icon, code
        self.setObjectName(name)
        self.setProperty("role", "icon")
        self.setCheckable(checkable)
        self.setIconSize(QSize(ICON, ICON))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    def show_as(self, icon: str, code: str) -> None:
        """Becomes another button: a lock that opened, say."""
        self._icon, self._code = icon, code
        self._dress()
        self._say()

    def _dress(self) -> None:
        self.setIcon(self._atelier.look.icon(self._icon))

    def _say(self) -> None:
        words = self._atelier.language.say(self._code)
        keys = self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({keys})" if keys else words)


class TextButton(QPushButton):
    """Words to press. `role` is one of the stylesheet's: "", "outlined", "action", "chip"."""

    def __init__(self, atelier: Atelier, name: str, code: str, role: str = "", *, icon: str = "") -> None:
        super().__init__()
        self._atelier, self._code, self._icon = atelier, code, icon
        self.setObjectName(name)
        self.setProperty("role", role)
        self.setIconSize(QSize(ICON, ICON))
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    def show_as(self, icon: str, code: str) -> None:
        """Becomes another button: one that resumes what it paused, say."""
        if (icon, code) != (self._icon, self._code):
            self._icon, self._code = icon, code
            self._dress()
            self._say()

    def _dress(self) -> None:
        if self._icon:
            self.setIcon(self._atelier.look.icon(self._icon))

    def _say(self) -> None:
        self.setText(self._atelier.language.say(self._code))
