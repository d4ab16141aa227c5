"""A control with its name in front, in line with the others of the panel."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import NEAR
from app.widgets.number_field import NAME_WIDTH
from app.widgets.words import Words


def labelled(atelier: Atelier, code: str, control: QWidget) -> QHBoxLayout:
    words = Words(atelier, code, "dim")
    words.setMinimumWidth(NAME_WIDTH)
    words.setBuddy(control)
    row = QHBoxLayout()
    row.setSpacing(NEAR)
    row.addWidget(words)
    row.addWidget(control, 1)
    return row
