"""GetCard: the starter is small, and here is where full models are to be had."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, HAIR, NEAR
from app.widgets.buttons import TextButton
from app.widgets.words import Words

PAGES: Final = {
    "base": "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0",
    "refiner": "https://huggingface.co/stabilityai/stable-diffusion-xl-refiner-1.0",
}


class GetCard(QFrame):
    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self.setObjectName("models.get")
        self.setProperty("role", "card")
        words = QVBoxLayout()
        words.setSpacing(HAIR)
        words.addWidget(Words(atelier, "window_models.get.title", "strong"))
        helping = Words(atelier, "window_models.get.help", "dim")
        helping.setWordWrap(True)
        words.addWidget(helping)
        row = QHBoxLayout(self)
        row.setContentsMargins(GROUP, APART, APART, APART)
        row.setSpacing(NEAR)
        row.addLayout(words, 1)
        for name, page in PAGES.items():
            button = TextButton(atelier, f"models.get.{name}", f"window_models.get.{name}", "outlined", icon="download")
            button.setToolTip(page)
            button.clicked.connect(lambda _, page=page: QDesktopServices.openUrl(QUrl(page)))
            row.addWidget(button)
