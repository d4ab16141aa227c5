"""Reading: the words that the models are given in the end, with styles and choices, for who wants to see them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.atelier import Atelier
from app.look.metrics import HAIR, NEAR
from core.request import Lora, Request

LONGEST = 4000
"""Characters that are shown; nobody checks more by eye."""


class Reading(QFrame):
    def __init__(self, atelier: Atelier, name: str = "reading") -> None:
        super().__init__()
        self._atelier = atelier
        self._request: Request | None = None
        self._varies = False
        self.setObjectName(name)
        self.setProperty("role", "card")
        self.prompt, self._rest, self._example = QLabel(), QLabel(), QLabel()
        self.prompt.setObjectName(f"{name}.prompt")
        column = QVBoxLayout(self)
        column.setContentsMargins(NEAR, NEAR, NEAR, NEAR)
        column.setSpacing(HAIR)
        for label, role in ((self.prompt, ""), (self._rest, "dim"), (self._example, "caption")):
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        self.prompt.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        atelier.language.follow(self._say)

    def show_request(self, request: Request, *, varies: bool) -> None:
        """`varies`: every seed draws other words; these are one example."""
        self._request, self._varies = request, varies
        self._say()

    def _say(self) -> None:
        say = self._atelier.language.say
        self.prompt.setAccessibleName(say("window_create.reading.name"))
        request = self._request
        self.prompt.setText(say("window_create.reading.wait") if request is None else request.prompt[:LONGEST])
        rest = "" if request is None else "\n".join(self._told(request))
        self._rest.setText(rest)
        self._rest.setVisible(bool(rest))
        self._example.setText(say("window_create.reading.example"))
        self._example.setVisible(self._varies)

    def _told(self, request: Request) -> list[str]:
        say = self._atelier.language.say
        lines = []
        if request.prompt_2 is not None:
            lines.append(say("window_create.reading.second", words=request.prompt_2[:LONGEST]))
        if request.negative:
            lines.append(say("window_create.reading.without", words=request.negative[:LONGEST]))
        if request.loras:
            lines.append(say("window_create.reading.loras", names=lora_words(request.loras)))
        return lines


def lora_words(loras: tuple[Lora, ...]) -> str:
    """ "ink 0.8 · film 0.5" """
    return " · ".join(f"{lora.name} {lora.weight:g}" for lora in loras)
