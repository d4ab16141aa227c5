"""The language of the window, which can change while it is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.sentences import Sentences

SYSTEM: Final = "system"


class Language(QObject):
    """Says sentences in the chosen language; whoever shows one follows, and says it again when the language changes."""

    changed = Signal()

    def __init__(self, choice: str = SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._sentences = self._read()

    @property
    def choice(self) -> str:
        return self._choice

    @property
    def spoken(self) -> str:
        """One of `app.sentences.LANGUAGES`: the chosen one, or that of the system."""
        return self._sentences.language

    def choose(self, choice: str) -> None:
        """ "system" or one of `app.sentences.LANGUAGES`."""
        self._choice = choice
        self._sentences = self._read()
        self.changed.emit()

    def say(self, code: str, **data: str | int | float) -> str:
        """The sentence for `code`. A code without a sentence is a bug: KeyError."""
        return self._sentences.say(code, **data)

    def count(self, code: str, number: int, **data: str | int | float) -> str:
        """A sentence with `{number}` in it: that of `code.one` for one thing, of `code.many` for any other number."""
        return self.say(f"{code}.{'one' if number == 1 else 'many'}", number=number, **data)

    def follow(self, say: Callable[[], None]) -> None:
        """Calls `say`, a method of a widget, now and whenever the language changes, as long as the widget lives."""
        self.changed.connect(say)
        say()

    def _read(self) -> Sentences:
        return Sentences.for_locale(None if self._choice == SYSTEM else self._choice)
