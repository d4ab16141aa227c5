"""Colours what means something in a prompt: weights, LoRAs, wildcards, BREAK."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.atelier import Atelier
from app.widgets.prompt_weights import BREAK, LORA, WEIGHT, WILDCARD, choices, parts

LONGEST = 20000
"""Characters of a line that are looked at; nobody reads colours in a longer one."""


class PromptHighlighter(QSyntaxHighlighter):
    def __init__(self, atelier: Atelier, document: QTextDocument) -> None:
        super().__init__(document)
        self._atelier = atelier
        self._formats: dict[str, QTextCharFormat] = {}
        atelier.look.follow(self._dress)

    def highlightBlock(self, text: str) -> None:
        if len(text) <= LONGEST:
            for part in (*parts(text), *choices(text)):
                self.setFormat(
                    _units(text, part.start),
                    _units(text, part.end) - _units(text, part.start),
                    self._formats[part.kind],
                )

    def _dress(self) -> None:
        tokens = self._atelier.look.tokens
        inks = {
            WEIGHT: tokens.vermilion_ink,
            LORA: tokens.indigo_ink,
            WILDCARD: tokens.good_ink,
            BREAK: tokens.warn_ink,
        }
        for kind, ink in inks.items():
            self._formats[kind] = QTextCharFormat()
            self._formats[kind].setForeground(QColor(ink))
        self._formats[BREAK].setFontWeight(QFont.Weight.DemiBold)
        self.rehighlight()


def _units(text: str, index: int) -> int:
    """Qt counts in UTF-16: a character beyond its first plane, an emoji say, is two."""
    return index + sum(character > "\uffff" for character in text[:index])
