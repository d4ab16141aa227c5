"""DifferenceTable: what differs between pictures, a column for each; what is the same everywhere is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, HAIR, NEAR
from app.pages.compare.recipes import Difference

NAMES: Final = 108
"""Width of the names of settings."""
HIGHEST: Final = 168
LONGEST: Final = 240
"""Characters of a value; its tooltip has all of it."""


class DifferenceTable(QScrollArea):
    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setMaximumHeight(HIGHEST)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        atelier.language.follow(self._say)

    def show_differences(self, differences: Sequence[Difference], heads: Sequence[str] = ()) -> None:
        """`heads` stand above the columns."""
        inside = QWidget()
        inside.setProperty("role", "panel")
        grid = QGridLayout(inside)
        grid.setContentsMargins(APART, NEAR, APART, NEAR)
        grid.setHorizontalSpacing(APART)
        grid.setVerticalSpacing(HAIR)
        grid.setColumnMinimumWidth(0, NAMES)
        for column, head in enumerate(heads, 1):
            grid.addWidget(_label(head, "strong"), 0, column)
        for row, difference in enumerate(differences, 1):
            grid.addWidget(_label(difference.name, "dim"), row, 0)
            for column, value in enumerate(difference.values, 1):
                grid.addWidget(_label(value, ""), row, column)
                grid.setColumnStretch(column, 1)
        if not differences:
            grid.addWidget(_label(self._atelier.language.say("window_compare.same"), "dim"), 1, 0, 1, -1)
        grid.setRowStretch(len(differences) + 1, 1)
        self.setWidget(inside)
        self._settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._settle()

    def _settle(self) -> None:
        """As high as what it says, up to a limit."""
        inside = self.widget()
        if inside is not None and (layout := inside.layout()) is not None:
            layout.activate()
            self.setFixedHeight(min(layout.heightForWidth(self.viewport().width()), HIGHEST))

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window_compare.differences"))


def _label(words: str, role: str) -> QLabel:
    """Written by anybody, so never taken for more than text."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…")
    label.setToolTip("" if len(words) <= LONGEST else words)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setMinimumWidth(10)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label
