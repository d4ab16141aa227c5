"""Look: which theme the application wears, and whether things may move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.look.icons import themed_icon
from app.look.metrics import text_font
from app.look.palette import palette
from app.look.stylesheet import stylesheet
from app.look.tokens import DARK, LIGHT, NEUTRAL, THEMES, Tokens

SYSTEM: Final = "system"
CHOICES: Final = (SYSTEM, LIGHT, DARK, NEUTRAL)

FULL, REDUCED = "full", "reduced"
MOTIONS: Final = (SYSTEM, FULL, REDUCED)

MOVE_MS: Final = 140
"""How long a thing that may move takes for it."""


class Look(QObject):
    """The theme of an application, applied to it at once and again whenever it changes."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = SYSTEM, motion: str = SYSTEM) -> None:
        super().__init__(application)
        self._application, self._choice, self._motion = application, choice, motion
        self._hints = application.styleHints()
        self._accessibility = self._hints.accessibility()
        application.setStyle("Fusion")
        application.setFont(text_font())
        self._hints.colorSchemeChanged.connect(self._system_changed)
        self._dress()

    @property
    def choice(self) -> str:
        return self._choice

    @property
    def tokens(self) -> Tokens:
        return THEMES[self._worn]

    @property
    def sheet(self) -> str:
        """What windows wear. Ask again when the theme has changed."""
        return stylesheet(self.tokens)

    @property
    def moves(self) -> bool:
        """Whether things may slide and fade; if not, they are at once where they go."""
        if self._motion != SYSTEM:
            return self._motion == FULL
        asked = getattr(self._accessibility, "motionPreference", None)  # Qt before 6.12 does not know it
        return asked is None or asked().name != "ReducedMotion"

    @property
    def duration(self) -> int:
        """Milliseconds for a movement: 0 where things do not move."""
        return MOVE_MS if self.moves else 0

    def choose(self, choice: str) -> None:
        """One of `CHOICES`."""
        self._choice = choice
        self._dress()

    def choose_motion(self, motion: str) -> None:
        """One of `MOTIONS`."""
        self._motion = motion

    def icon(self, name: str) -> QIcon:
        """An icon in the theme's colours. Ask again when the theme has changed."""
        return themed_icon(name, self.tokens)

    def follow(self, dress: Callable[[], None]) -> None:
        """Calls `dress`, a method of a widget, now and whenever the theme changes, as long as the widget lives."""
        self.changed.connect(dress)
        dress()

    def _system_changed(self) -> None:
        if self._choice == SYSTEM:
            self._dress()

    @property
    def _worn(self) -> str:
        if self._choice != SYSTEM:
            return self._choice
        return LIGHT if self._hints.colorScheme() == Qt.ColorScheme.Light else DARK

    def _dress(self) -> None:
        self._tell_the_system()
        self._application.setPalette(palette(self.tokens))
        self.changed.emit()

    def _tell_the_system(self) -> None:
        """So that title bars and file dialogs, which the system draws, go along."""
        if self._choice == SYSTEM:
            self._hints.unsetColorScheme()
        else:
            self._hints.setColorScheme(Qt.ColorScheme.Dark if self.tokens.dark else Qt.ColorScheme.Light)
