"""TokenCounter: counts a prompt's tokens beside the window, whose thread a long prompt would hold for seconds."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.background import Background
from app.widgets.prompt_editor import PromptEditor
from app.widgets.token_meter import TokenCount
from core.engine import PromptCount, count_tokens

AFTER_MS: Final = 150


class TokenCounter(QObject):
    """Shows the count below its editor. One prompt is counted at a time, and then the latest. Where models read other
    words than are typed, because of styles, choices or LoRA tags, those are counted."""

    def __init__(self, editor: PromptEditor) -> None:
        super().__init__(editor)
        self._editor, self._busy = editor, False
        self._instead: str | None = None
        self._background = Background(self, threads=1)
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self._begin)
        editor.text_changed.connect(self._timer.start)

    def read_as(self, text: str) -> None:
        """What models read for what is typed, as far as is known."""
        instead = None if text == self._editor.text else text
        if instead != self._instead:
            self._instead = instead
            self._timer.start()

    def _text(self) -> str:
        return self._editor.text if self._instead is None else self._instead

    def _begin(self) -> None:
        if not self._busy:
            self._busy = True
            text = self._text()
            counted = partial(self._show, text)
            self._background.ask(lambda: count_tokens(text), counted, lambda too_long: counted(PromptCount()))

    def _show(self, text: str, count: PromptCount) -> None:
        self._busy = False
        if text != self._text():
            self._timer.start()
            return
        self._editor.show_count(TokenCount(count.tokens, count.boundaries if self._instead is None else ()))
