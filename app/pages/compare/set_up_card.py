"""SetUpCard: one of the two set-ups of a blind comparison, to be changed where it is to differ from the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, HAIR, NEAR
from app.pages.create.models import STARTER, ModelFacts
from app.widgets.buttons import TextButton
from app.widgets.choice import ChoiceBox
from app.widgets.number_field import NumberBox
from app.widgets.words import Words
from core.engine import SAMPLER_LABELS, SAMPLERS, SCHEDULE_LABELS, SCHEDULE_NAMES
from core.request import AUTO, Request

OFF: Final = ""
"""In the place of a refiner: none. In that of a schedule: the one that the sampler is best with."""
OWN_GUIDANCE: Final = 0.5
"""Below every guidance that means something: as the model has it."""
FIELDS: Final = ("checkpoint", "refiner", "handoff", "steps", "guidance.scale", "sampler", "schedule")


class SetUpCard(QFrame):
    """`current`: the settings of the Create page are wanted here."""

    changed = Signal()
    current = Signal()

    def __init__(self, atelier: Atelier, name: str, head: str) -> None:
        super().__init__()
        self._atelier, self._request = atelier, Request(prompt="")
        self._models: Sequence[ModelFacts] = (STARTER,)
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._boxes = {field: _Options(atelier, f"{name}.{field}") for field in ("checkpoint", "refiner")}
        self._boxes |= {field: _Options(atelier, f"{name}.{field}") for field in ("sampler", "schedule")}
        self._numbers = {
            "handoff": NumberBox(f"{name}.handoff", 0, 1, 0.05, quiet=False),
            "steps": NumberBox(f"{name}.steps", 1, 150, 1, quiet=False),
            "guidance.scale": NumberBox(f"{name}.guidance", OWN_GUIDANCE, 30, 0.5, quiet=False),
        }
        take = TextButton(atelier, f"{name}.current", "window_compare.blind.current", icon="create")
        take.clicked.connect(self.current)
        top = QHBoxLayout()
        top.addWidget(Words(atelier, head, "title"), 1)
        top.addWidget(take)
        column = QVBoxLayout(self)
        column.setContentsMargins(APART, NEAR, NEAR, APART)
        column.setSpacing(NEAR)
        column.addLayout(top)
        column.addLayout(self._grid(atelier))
        for box in self._boxes.values():
            box.currentIndexChanged.connect(self.changed)
        for number in self._numbers.values():
            number.valueChanged.connect(self.changed)
        atelier.language.follow(self._say)

    @property
    def request(self) -> Request:
        """Without prompt and seed."""
        handoff, steps, scale = (self._numbers[name].value() for name in ("handoff", "steps", "guidance.scale"))
        return replace(
            self._request,
            checkpoint=self._boxes["checkpoint"].value,
            refiner=self._boxes["refiner"].value or None,
            handoff=handoff,
            steps=round(steps),
            guidance=replace(self._request.guidance, scale=None if scale == OWN_GUIDANCE else scale),
            sampler=self._boxes["sampler"].value,
            schedule=self._boxes["schedule"].value or None,
        )

    def use(self, request: Request) -> None:
        self._request = replace(request, prompt="", prompt_2=None, seed=None, count=1)
        with QSignalBlocker(self):
            self._fill()
        self.changed.emit()

    def set_models(self, models: Sequence[ModelFacts]) -> None:
        """All that there are; what is chosen stays."""
        with QSignalBlocker(self):
            self._request, self._models = self.request, tuple(models) or (STARTER,)
            self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        request, say = self._request, self._atelier.language.say
        models = {model.name: model.title for model in self._models if not model.is_refiner}
        refiners = {OFF: say("window_compare.refiner.off"), AUTO: say("window_compare.refiner.auto")}
        refiners |= {model.name: model.title for model in self._models if model.is_refiner}
        best = {OFF: say("window_compare.blind.best_schedule")}
        self._boxes["checkpoint"].show_options(models, request.checkpoint)
        self._boxes["refiner"].show_options(refiners, request.refiner or OFF)
        self._boxes["sampler"].show_options({name: SAMPLER_LABELS[name] for name in SAMPLERS}, request.sampler)
        schedules = best | {name: SCHEDULE_LABELS[name] for name in SCHEDULE_NAMES}
        self._boxes["schedule"].show_options(schedules, request.schedule or OFF)
        self._numbers["guidance.scale"].setSpecialValueText(say("window_compare.refiner.auto"))
        values = (request.handoff, request.steps, request.guidance.scale or OWN_GUIDANCE)
        for number, value in zip(self._numbers.values(), values, strict=True):
            number.setValue(value)

    def _grid(self, atelier: Atelier) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(APART)
        grid.setVerticalSpacing(HAIR)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(FIELDS):
            grid.addWidget(Words(atelier, f"window_compare.setting.{field}", "dim"), row, 0)
            grid.addWidget(self._control(field), row, 1)
        return grid

    def _control(self, field: str) -> QWidget:
        return self._boxes[field] if field in self._boxes else self._numbers[field]

    def _say(self) -> None:
        for field in FIELDS:
            self._control(field).setAccessibleName(self._atelier.language.say(f"window_compare.setting.{field}"))
        self.use(self.request if self._boxes["sampler"].count() else self._request)


class _Options(ChoiceBox):
    """Values and what people read for them."""

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__(atelier, name)
        self.setMinimumWidth(90)
        self.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    @property
    def value(self) -> str:
        return str(self.currentData())

    def show_options(self, options: dict[str, str], chosen: str) -> None:
        """`chosen` is among them even if nobody knows it any more."""
        with QSignalBlocker(self):
            self.clear()
            for value, words in (options if chosen in options else {**options, chosen: chosen}).items():
                self.addItem(words, value)
            self.setCurrentIndex(self.findData(chosen))
