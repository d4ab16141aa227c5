"""CostLine: what a run will cost, said before Generate is pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.atelier import Atelier
from app.look.icons import plain_icon
from app.look.metrics import HAIR, NEAR
from app.widgets.durations import spoken_seconds
from app.widgets.words import ElidedLabel
from core.machine import GIGABYTE

FITS: Final = "fits"
STREAMS: Final = "streams"
TOO_LARGE: Final = "too_large"
UNKNOWN: Final = "unknown"

SHOWN = {
    FITS: ("check", "good_ink", "good"),
    STREAMS: ("info", "warn_ink", "warn"),
    TOO_LARGE: ("warning", "vermilion_ink", "vermilion"),
    UNKNOWN: ("more", "dim", "dim"),
}
"""Icon, its colour, and the role of the words: told apart without colour, too."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """`verdict` is one of the words above; seconds for all pictures (None: not measured yet); bytes of graphics or main
    memory, needed and there."""

    verdict: str
    pictures: int = 1
    seconds: float | None = None
    need: int = 0
    have: int = 0


class CostLine(QWidget):
    def __init__(self, atelier: Atelier, name: str = "cost") -> None:
        super().__init__()
        self._atelier, self._cost = atelier, Cost(verdict=UNKNOWN)
        self.setObjectName(name)
        self._icon, self._verdict, self._time, self._memory = QLabel(), QLabel(), ElidedLabel(), QLabel()
        self._memory.setProperty("role", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HAIR)
        row.addWidget(self._icon)
        row.addWidget(self._verdict)
        row.addWidget(self._time, 1)
        row.addSpacing(NEAR)
        row.addWidget(self._memory)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    def show_cost(self, cost: Cost) -> None:
        self._cost = cost
        self._dress()
        self._say()

    def _dress(self) -> None:
        icon, ink, role = SHOWN[self._cost.verdict]
        drawn = plain_icon(icon, getattr(self._atelier.look.tokens, ink))
        self._icon.setPixmap(drawn.pixmap(QSize(16, 16), self.devicePixelRatioF()))
        if self._verdict.property("role") != role:
            self._verdict.setProperty("role", role)
            self._verdict.style().polish(self._verdict)

    def _say(self) -> None:
        cost, language = self._cost, self._atelier.language
        self._verdict.setText(language.say(f"window.cost.{cost.verdict}"))
        if cost.seconds is None:
            self._time.setText("")
        else:
            spoken = spoken_seconds(language, cost.seconds)
            self._time.setText(language.count("window.cost.time", cost.pictures, time=spoken))
        sizes = {"need": _gigabytes(cost.need), "have": _gigabytes(cost.have)}
        self._memory.setText(language.say("window.cost.memory", **sizes) if cost.have else "")
        self.setAccessibleName(" ".join(filter(None, (each.text() for each in self._labels()))))

    def _labels(self) -> tuple[QLabel, ...]:
        return self._verdict, self._time, self._memory


def _gigabytes(count: int) -> str:
    return f"{round(count / GIGABYTE, 1):g}"
