"""Chip: a short name that stands for something that is on; pressing it takes it off."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton

from app.atelier import Atelier

CROSS = 12


class Chip(QPushButton):
    """`code` is the sentence for what pressing does; its blank is `{name}`."""

    def __init__(self, atelier: Atelier, name: str, words: str, code: str) -> None:
        super().__init__(words.replace("&", "&&"))
        self._atelier, self._words, self._code = atelier, words, code
        self.setObjectName(name)
        self.setProperty("role", "chip")
        self.setIconSize(QSize(CROSS, CROSS))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    def _dress(self) -> None:
        self.setIcon(self._atelier.look.icon("close"))

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say(self._code, name=self._words))
        self.setToolTip(self.accessibleName())
