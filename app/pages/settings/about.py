"""About: what this is, which versions of what, and under which licence."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import Qt, Signal, qVersion
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import NEAR
from app.widgets.buttons import TextButton
from app.widgets.words import Words
from core import VERSION


class About(QWidget):
    keys_wanted = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        versions = Words(
            atelier,
            "window_settings.about.versions",
            "dim",
            hanga=VERSION,
            python=platform.python_version(),
            qt=qVersion(),
            pyside=PySide6.__version__,
            system=platform.platform(terse=True),
        )
        versions.setObjectName("settings.versions")
        versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        licence = Words(atelier, "window_settings.about.licence", "caption")
        keys = TextButton(atelier, "settings.keys", "window_settings.about.keys", "outlined", icon="keyboard")
        keys.clicked.connect(self.keys_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(NEAR)
        for words in (versions, licence):
            words.setWordWrap(True)
            column.addWidget(words)
        row = QHBoxLayout()
        row.addWidget(keys)
        row.addStretch()
        column.addLayout(row)
