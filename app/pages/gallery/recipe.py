"""Recipe: how a picture was made, line by line, and its prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.lossy import lossy_words
from app.pages.gallery.about import About
from app.pages.gallery.moments import said_moment

LINES: Final = ("size", "model", "steps", "guidance", "seed", "sampler", "faster", "made", "file")
NAME_WIDTH: Final = 72
LEAST, MOST = 46, 132
"""Height of the prompt."""


class Recipe(QWidget):
    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._about: About | None = None
        self._prompt = QPlainTextEdit()
        self._prompt.setObjectName("gallery.recipe.prompt")
        self._prompt.setReadOnly(True)
        self._prompt.setAcceptDrops(False)
        self._prompt.setProperty("role", "bare")
        self._prompt.setTabChangesFocus(True)
        self._prompt.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        field = QFrame()
        field.setProperty("role", "field")
        inside = QVBoxLayout(field)
        inside.setContentsMargins(NEAR, 4, 4, 4)
        inside.addWidget(self._prompt)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, NAME_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._names = {line: self._label(row, 0, "dim") for row, line in enumerate(LINES)}
        self._values = {line: self._label(row, 1, "") for row, line in enumerate(LINES)}
        self._values["steps"].setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(APART)
        column.addWidget(field)
        column.addLayout(self._grid)
        atelier.look.changed.connect(self._say)
        atelier.language.follow(self._say)

    def show_picture(self, about: About) -> None:
        self._about = about
        self._say()

    def _label(self, row: int, column: int, role: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(column == 1)
        label.setProperty("role", role)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.setMinimumWidth(10)
        self._grid.addWidget(label, row, column)
        return label

    def _say(self) -> None:
        say = self._atelier.language.say
        self._prompt.setAccessibleName(say("window_gallery.recipe.prompt"))
        for line, label in self._names.items():
            label.setText(say(f"window_gallery.recipe.{line}"))
        if self._about is None:
            return
        told = dict(_lines(self._about, self._atelier))
        for line in LINES:
            self._values[line].setText(told.get(line, ""))
            for label in (self._names[line], self._values[line]):
                label.setVisible(bool(told.get(line)))
        self._say_prompt(self._about)

    def _say_prompt(self, about: About) -> None:
        prompt = about.picture.prompt
        if prompt != self._prompt.toPlainText():
            self._prompt.setPlainText(prompt)
        self._prompt.setPlaceholderText(self._atelier.language.say("window_gallery.recipe.no_prompt"))
        lines = self.fontMetrics().boundingRect(0, 0, 250, 2000, Qt.TextFlag.TextWordWrap, prompt[:1000]).height()
        self._prompt.setFixedHeight(min(max(lines + 22, LEAST), MOST))


def _lines(about: About, atelier: Atelier) -> Iterator[tuple[str, str]]:
    picture, request = about.picture, about.picture.request
    yield "size", f"{picture.width} × {picture.height}"
    yield "model", " + ".join(name.replace("_", "_\u200b") for name in about.models)
    base, refiner = about.steps
    if base or refiner:
        yield "steps", _steps(base, refiner, atelier)
    if about.record is not None:
        yield "guidance", f"{about.record.plan.guidance_scale:g}"
    yield "seed", "" if picture.seed is None else str(picture.seed)
    if about.record is not None:
        yield "sampler", f"{about.record.plan.sampler} · {about.record.plan.schedule}"
    elif request is not None:
        yield "sampler", request.sampler
    yield "faster", "" if request is None else lossy_words(atelier.language, request)
    yield "made", said_moment(atelier.language, picture.created)
    yield "file", atelier.language.say("window_gallery.recipe.missing") if picture.missing else ""


def _steps(base: int, refiner: int, atelier: Atelier) -> str:
    """In the colours of the two blocks."""
    tokens = atelier.look.tokens
    parts = ((base, tokens.indigo_ink), (refiner, tokens.vermilion_ink))
    return " + ".join(f'<span style="color:{ink}">{steps}</span>' for steps, ink in parts if steps)
