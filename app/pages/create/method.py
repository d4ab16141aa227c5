"""Method: how the noise is taken away: the sampler, and the schedule of noise levels, with a line of help each."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.widgets.choice import Choice, Option
from core.engine import SAMPLER_LABELS, SAMPLERS, SCHEDULE_LABELS, SCHEDULE_NAMES, best_schedule

BEST: Final = "best"
"""The schedule that the sampler is at its best with: None in a request."""


class Method(QWidget):
    changed = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        samplers = [Option(name, SAMPLER_LABELS[name], f"window_create.sampler.{name}") for name in SAMPLERS]
        schedules = [Option(name, SCHEDULE_LABELS[name], f"window_create.schedule.{name}") for name in SCHEDULE_NAMES]
        self._samplers = Choice(atelier, "sampler", "window.sampler.name", samplers)
        self._schedules = Choice(
            atelier,
            "schedule",
            "window_create.schedule.name",
            [Option(BEST, "", "window_create.schedule.best_help"), *schedules],
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, NEAR)
        column.setSpacing(APART)
        column.addWidget(self._samplers)
        column.addWidget(self._schedules)
        for choice in (self._samplers, self._schedules):
            choice.chosen.connect(self._chosen)
        atelier.language.follow(self._say)

    @property
    def sampler(self) -> str:
        return self._samplers.value

    @property
    def schedule(self) -> str | None:
        return None if self._schedules.value == BEST else self._schedules.value

    @property
    def schedule_in_use(self) -> str:
        return self.schedule or best_schedule(self.sampler)

    @property
    def words(self) -> str:
        """ "DPM++ 2M · Karras" """
        return f"{SAMPLER_LABELS[self.sampler]} · {SCHEDULE_LABELS[self.schedule_in_use]}"

    def set_sampler(self, name: str) -> None:
        """One that does not exist shows as the plainest; planning will say what is wrong."""
        self._samplers.choose(name if name in SAMPLERS else SAMPLERS[0])

    def set_schedule(self, name: str | None) -> None:
        self._schedules.choose(name if name in SCHEDULE_NAMES and name is not None else BEST)

    def _chosen(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        best = SCHEDULE_LABELS[best_schedule(self.sampler)]
        self._schedules.box.setItemText(0, self._atelier.language.say("window_create.schedule.best", name=best))
