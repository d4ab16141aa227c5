"""FirstCard: says once that there is more than the starter model, above the page where pictures are made."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.look.metrics import APART, GROUP, HAIR, NEAR
from app.widgets.buttons import IconButton, TextButton
from app.widgets.words import Words

NAME: Final = "first card"
GONE: Final = "gone"


class FirstCard(QFrame):
    """`get`: where are full models to be had; `have`: some are on this computer already. Once closed it never comes
    back, nor when there are full models."""

    get = Signal()
    have = Signal()

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._thread = thread
        self._is_gone, self._is_needed, self._is_here = True, False, False
        self.setObjectName("first")
        self.setProperty("role", "strip")
        words = Words(atelier, "window_first.words", "dim")
        words.setWordWrap(True)
        get = TextButton(atelier, "first.get", "window_first.get", "outlined", icon="download")
        have = TextButton(atelier, "first.have", "window_first.have", "outlined", icon="folder")
        close = IconButton(atelier, "first.close", "close", "window_first.close")
        row = QHBoxLayout(self)
        row.setContentsMargins(GROUP, HAIR, NEAR, HAIR)
        row.setSpacing(NEAR)
        row.addWidget(words, 1)
        row.addSpacing(APART)
        for button in (get, have, close):
            row.addWidget(button)
        get.clicked.connect(self.get)
        have.clicked.connect(self.have)
        close.clicked.connect(self.dismiss)
        self.hide()

    def opened(self) -> None:
        """The engine is there, and knows whether the card was closed before."""
        self._thread.ask(lambda engine: engine.session.window(NAME), self._remember)

    def need(self, is_needed: bool) -> None:
        """Whether there are no full models."""
        self._is_needed = is_needed
        self._show()

    def place(self, is_here: bool) -> None:
        """Whether the page is shown that it belongs to."""
        self._is_here = is_here
        self._show()

    def dismiss(self) -> None:
        self._is_gone = True
        self._show()
        self._thread.ask(lambda engine: engine.session.keep_window(NAME, GONE))

    def _remember(self, kept: object) -> None:
        self._is_gone = kept == GONE
        self._show()

    def _show(self) -> None:
        self.setVisible(self._is_here and self._is_needed and not self._is_gone)
