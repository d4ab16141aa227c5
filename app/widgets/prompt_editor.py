"""PromptEditor: the prompt with its heading, its history, and how much of it the encoders read at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR, NEAR
from app.widgets.announcing import announce
from app.widgets.completing import Completing
from app.widgets.prompt_history import PromptHistory
from app.widgets.prompt_text import PromptText
from app.widgets.token_meter import TokenCount, TokenMeter
from app.widgets.words import Words

COUNTED_AFTER_MS = 120
"""After the last key: nobody reads the count while typing."""

CountTokens = Callable[[str], TokenCount]


class PromptEditor(QWidget):
    """Its words are `code.name` and `code.placeholder`. Ctrl+Return asks for generation.

    Without `count_tokens`, whoever has it counts elsewhere, and shows what came out by `show_count`.
    """

    text_changed = Signal()
    generate_requested = Signal()

    def __init__(
        self, atelier: Atelier, name: str, code: str, count_tokens: CountTokens | None = None, *, lines: int = 5
    ) -> None:
        super().__init__()
        self._atelier, self._code, self._count_tokens = atelier, code, count_tokens
        self.setObjectName(name)
        self.edit = PromptText(atelier, f"{name}.text")
        self.completing = Completing(atelier, self.edit)
        self.meter = TokenMeter(atelier, f"{name}.tokens")
        self.history = PromptHistory(atelier, f"{name}.history")
        self._heading, self._notice = Words(atelier, f"{code}.name", "heading"), QLabel()
        self._lay_out(lines)
        self._timer = QTimer(self, singleShot=True, interval=COUNTED_AFTER_MS)
        self._timer.timeout.connect(self._count)
        self._connect()
        self.history.set_prompts([])
        atelier.language.follow(self._say)

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    @property
    def notice(self) -> str:
        """What was said below, empty for nothing."""
        return self._notice.text()

    def set_text(self, text: str) -> None:
        """As one step that can be undone; cut at the limit."""
        self.edit.put(text)

    def set_counter(self, count_tokens: CountTokens) -> None:
        self._count_tokens = count_tokens
        self._count()

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._edited)
        self.edit.generate_requested.connect(self.generate_requested)
        self.edit.focus_changed.connect(self._focused)
        self.edit.was_cut.connect(self._was_cut)
        self.edit.recalled.connect(lambda direction: self.history.step(direction, self.text))
        self.history.chosen.connect(self.set_text)
        self.setFocusProxy(self.edit)

    def _lay_out(self, lines: int) -> None:
        head = QHBoxLayout()
        head.addWidget(self._heading)
        head.addStretch()
        head.addWidget(self.history)
        self._frame = QFrame()
        self._frame.setProperty("role", "field")
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(NEAR, 6, NEAR, 6)
        inside.setSpacing(HAIR)
        inside.addWidget(self.edit)
        inside.addWidget(self.meter)
        self.edit.show_lines(lines)
        self._notice.setProperty("role", "warn")
        self._notice.setWordWrap(True)
        self._notice.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        column.addLayout(head)
        column.addWidget(self._frame)
        column.addWidget(self._notice)
        QWidget.setTabOrder(self.edit, self.history)

    def _edited(self) -> None:
        self._timer.start()
        self.text_changed.emit()

    def show_count(self, count: TokenCount) -> None:
        self.meter.show_count(count)
        self.edit.set_boundaries(count.boundaries)

    def _count(self) -> None:
        if self._count_tokens is not None:
            self.show_count(self._count_tokens(self.text))

    def _was_cut(self, limit: int) -> None:
        self._notice.setText(self._atelier.language.say("window.prompt.cut", limit=limit // 1024))
        self._notice.show()
        announce(self, self._notice.text())

    def _focused(self, on: bool) -> None:
        self._frame.setProperty("focused", "true" if on else "false")
        self._frame.style().unpolish(self._frame)
        self._frame.style().polish(self._frame)

    def _say(self) -> None:
        say = self._atelier.language.say
        self.edit.setPlaceholderText(say(f"{self._code}.placeholder"))
        self.edit.setAccessibleName(say(f"{self._code}.name"))
        self.edit.setAccessibleDescription(say("window.prompt.help"))
