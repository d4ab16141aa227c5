"""EmptyState: what a page says while there is nothing on it, and what would bring something."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.icons import plain_icon
from app.look.metrics import NEAR
from app.widgets.words import Words

SIDE = 40
WIDEST = 420


class EmptyState(QWidget):
    """A title, the sentence `code`, and below it `code.help`."""

    def __init__(self, atelier: Atelier, icon: str, code: str) -> None:
        super().__init__()
        self._atelier, self._name = atelier, icon
        self._icon = QLabel()
        self._title, self._help = Words(atelier, code, "title"), Words(atelier, f"{code}.help", "dim")
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        narrow = QWidget()
        narrow.setFixedWidth(WIDEST)
        column = QVBoxLayout(narrow)
        column.setSpacing(NEAR)
        column.addStretch(2)
        column.addWidget(self._icon)
        for words in (self._title, self._help):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            words.setWordWrap(True)
            column.addWidget(words)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch()
        row.addWidget(narrow)
        row.addStretch()
        atelier.look.follow(self._dress)

    def show_sentence(self, code: str) -> None:
        self._title.show_sentence(code)
        self._help.show_sentence(f"{code}.help")

    def _dress(self) -> None:
        drawn = plain_icon(self._name, self._atelier.look.tokens.faint)
        self._icon.setPixmap(drawn.pixmap(QSize(SIDE, SIDE), self.devicePixelRatioF()))
