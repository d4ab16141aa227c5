"""RefineLater: another hand-over for the picture that is seen, from the latents that were kept with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.widgets.buttons import TextButton
from app.widgets.hand_over import HUNDREDTHS, HandOverSlider
from app.widgets.words import ElidedLabel
from core.engine import best_schedule, stage_steps
from core.errors import HangaError
from core.request import Request


class RefineLater(QFrame):
    """A slider that says what it means in steps, and the button that does it."""

    refine_requested = Signal(float)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self._request = Request(prompt="")
        self.setObjectName("refine")
        self.setProperty("role", "card")
        self._slider = HandOverSlider(atelier, "refine.handoff")
        self._steps = ElidedLabel("dim")
        self._go = TextButton(atelier, "refine.go", "window_create.refine.go", "outlined", icon="refine")
        row = QHBoxLayout(self)
        row.setContentsMargins(APART, NEAR, NEAR, NEAR)
        row.setSpacing(APART)
        row.addWidget(self._slider, 2)
        row.addWidget(self._steps, 3)
        row.addWidget(self._go)
        self._slider.valueChanged.connect(self._say)
        self._go.clicked.connect(lambda: self.refine_requested.emit(self.handoff))
        atelier.language.follow(self._say)

    @property
    def handoff(self) -> float:
        return self._slider.value() / HUNDREDTHS

    def set_request(self, request: Request) -> None:
        """That of the picture: it says how many steps there are."""
        self._request = request
        self._slider.setValue(round(request.handoff * HUNDREDTHS))
        self._say()

    def set_handoff(self, handoff: float) -> None:
        self._slider.setValue(round(handoff * HUNDREDTHS))

    def _say(self) -> None:
        language = self._atelier.language
        base, refiner = self._split()
        words = language.say("window.handoff.both", base=base, refiner=refiner)
        self._steps.setText(words)
        self._slider.setAccessibleName(language.say("window.handoff.name"))
        self._slider.setAccessibleDescription(words)

    def _split(self) -> tuple[int, int]:
        request = self._request
        try:
            schedule = request.schedule or best_schedule(request.sampler)
            return stage_steps(request.steps, self.handoff, schedule)
        except HangaError:  # names that only a newer version knows; planning will say so
            return round(request.steps * self.handoff), request.steps - round(request.steps * self.handoff)
