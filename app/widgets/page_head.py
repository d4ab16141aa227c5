"""PageHead: the title of a page, what there is on it in a few words, and what concerns all of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.widgets.words import ElidedLabel, Words


class PageHead(QWidget):
    def __init__(self, atelier: Atelier, code: str, controls: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self._summary = ElidedLabel("dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(NEAR)
        row.addWidget(Words(atelier, code, "title"))
        row.addSpacing(APART)
        row.addWidget(self._summary, 1)
        for control in controls:
            row.addWidget(control)

    def say(self, words: str) -> None:
        self._summary.setText(words)
        self._summary.setAccessibleName(words)
