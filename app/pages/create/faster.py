"""Faster: ways to save time or memory that change the picture, all off to begin with, each with a line that says what
is lost."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.widgets.choice import Choice, Option
from app.widgets.number_field import NumberField
from app.widgets.span_field import SpanField
from core.request import EIGHT_BITS, EXACT

USUAL_SHARING: Final = 4
"""As far as the slider goes; more is for those who type it."""
MOST_SHARING: Final = 10
MOST_MERGED: Final = 75
"""Percent."""
WAYS: Final = (EXACT, EIGHT_BITS)
OFF: Final = "window_create.faster.off"


class Faster(QWidget):
    changed = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self.step_cache = NumberField(
            atelier, "step_cache", "window_create.step_cache", 1, USUAL_SHARING, hard=MOST_SHARING, least_code=OFF
        )
        self.merge_tokens = NumberField(
            atelier, "merge_tokens", "window_create.merge_tokens", 0, MOST_MERGED, 1, unit=" %", least_code=OFF
        )
        self.guided = SpanField(atelier, "guided", "window_create.guided")
        self.weights = Choice(
            atelier,
            "weights",
            "window_create.weights.name",
            [Option(way, "", f"window_create.weights.{way}_help") for way in WAYS],
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, NEAR)
        column.setSpacing(APART)
        for control, moved in (
            (self.step_cache, self.step_cache.value_changed),
            (self.merge_tokens, self.merge_tokens.value_changed),
            (self.guided, self.guided.span_changed),
            (self.weights, self.weights.chosen),
        ):
            column.addWidget(control)
            moved.connect(self.changed)
        self._atelier = atelier
        atelier.language.follow(self._say)

    def _say(self) -> None:
        for index, way in enumerate(WAYS):
            self.weights.box.setItemText(index, self._atelier.language.say(f"window_create.weights.{way}"))
