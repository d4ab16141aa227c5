"""Prompts: what the picture is to show, and in which styles; folded below, what it is not to show, a second prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.pages.create.counting import TokenCounter
from app.pages.create.reading import Reading
from app.pages.create.style_row import StyleRow
from app.widgets.buttons import TextButton
from app.widgets.completions import Vocabulary
from app.widgets.fold import Fold
from app.widgets.prompt_editor import PromptEditor
from core.request import Request

LINES: Final = 5
FEW_LINES: Final = 2


class Prompts(QWidget):
    changed = Signal()
    generate_requested = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.prompt = PromptEditor(atelier, "prompt", "window.prompt", lines=LINES)
        self.negative = PromptEditor(atelier, "negative", "window.negative", lines=FEW_LINES)
        self.second = PromptEditor(atelier, "second", "window_create.second", lines=FEW_LINES)
        self.styles, self.reading = StyleRow(atelier), Reading(atelier)
        self.reading.hide()
        self._add = TextButton(atelier, "second.add", "window_create.second.add", icon="plus")
        self._take_away = TextButton(atelier, "second.remove", "window_create.second.remove", icon="minus")
        self.fold = Fold(atelier, "without", "window_create.without", self._folded())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        for widget in (self.prompt, self.styles, self.reading, self.fold):
            column.addWidget(widget)
        self._connect()
        self.set_second(None)
        atelier.language.follow(self._say)

    @property
    def second_text(self) -> str | None:
        """None: the second text tower reads the same prompt as the first."""
        return None if self.second.isHidden() else self.second.text

    def set_second(self, text: str | None) -> None:
        self.second.set_text(text or "")
        self._show_second(text is not None)

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """What is offered while typing; what is kept out is no place for LoRAs and styles."""
        for editor in (self.prompt, self.second):
            editor.completing.set_vocabulary(vocabulary)
        self.negative.completing.set_vocabulary(replace(vocabulary, styles={}, loras=()))

    def show_composed(self, request: Request, *, varies: bool) -> None:
        """What the models are given for what is written; see `Reading`."""
        self.reading.show_request(request, varies=varies)
        texts = (request.prompt, request.negative, request.prompt_2 or "")
        for counter, text in zip(self._counters, texts, strict=True):
            counter.read_as(text)

    def _folded(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, HAIR)
        column.setSpacing(HAIR)
        for widget in (self.negative, self.second, self._add, self._take_away):
            column.addWidget(widget)
        for editor in (self.negative, self.second):
            editor.history.hide()
        return inside

    def _connect(self) -> None:
        self._counters = [TokenCounter(editor) for editor in (self.prompt, self.negative, self.second)]
        for editor in (self.prompt, self.negative, self.second):
            editor.text_changed.connect(self._edited)
            editor.generate_requested.connect(self.generate_requested)
        self.styles.changed.connect(self.changed)
        for editor in (self.prompt, self.second, self.negative):
            editor.completing.style_taken.connect(self.styles.turn_on)
        self.styles.reading_toggled.connect(self._show_reading)
        self._add.clicked.connect(self._begin_second)
        self._take_away.clicked.connect(lambda: self._show_second(False))

    def _show_reading(self, on: bool) -> None:
        self.reading.setVisible(on)
        self.changed.emit()

    def _begin_second(self) -> None:
        self._show_second(True)
        self.second.setFocus()

    def _show_second(self, on: bool) -> None:
        self.second.setVisible(on)
        self._take_away.setVisible(on)
        self._add.setVisible(not on)
        self._edited()

    def _edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        language = self._atelier.language
        negative = " ".join(self.negative.text[:200].split())
        parts = [negative or language.say("window_create.without.nothing")]
        if self.second_text is not None:
            parts.append(language.say("window_create.second.there"))
        self.fold.set_summary(" · ".join(parts))
