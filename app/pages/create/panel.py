"""Panel: all that a request is made of, from what is said to what it costs; Generate is always in sight."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.lossy import lossy_words
from app.pages.create.count_field import CountField
from app.pages.create.draft import Beside, Written
from app.pages.create.faster import Faster
from app.pages.create.form import Form
from app.pages.create.framing import Framing
from app.pages.create.labelled import labelled
from app.pages.create.lora_list import LoraList
from app.pages.create.mapping import bindings
from app.pages.create.method import Method
from app.pages.create.model_card import ModelCard
from app.pages.create.models import PAPER_SIZE, ModelFacts
from app.pages.create.preset_button import PresetButton
from app.pages.create.prompts import Prompts
from app.pages.create.reading import lora_words
from app.pages.create.supplies import Supplies
from app.widgets.announcing import announce
from app.widgets.aspect_picker import AspectPicker
from app.widgets.buttons import TextButton
from app.widgets.completions import Vocabulary
from app.widgets.cost_line import UNKNOWN, Cost, CostLine
from app.widgets.fold import Fold
from app.widgets.number_field import NumberField
from app.widgets.seed_field import SeedField
from app.widgets.words import Words
from core.engine import Preset, Sketch, stage_steps, varies
from core.errors import HangaError
from core.plan import Plan
from core.request import Lora, Request

WIDTH: Final = 356
MOST_STEPS: Final = 999
MOST_GUIDANCE: Final = 100
LORA_NOTES: Final = "note.lora"

Texts = tuple[str, str | None, str, str | None]
"""Everything in a request that is read."""


class Panel(QFrame):
    changed = Signal()
    generate_requested = Signal()
    preset_used = Signal(object, object)
    """Preset, and the Written before it."""

    def __init__(self, atelier: Atelier, request: Request) -> None:
        super().__init__()
        self._atelier = atelier
        self._using = True
        self._error: HangaError | None = None
        self._of_picture: Texts | None = None
        """What a picture was made with: as long as nothing in it is touched, it means nothing but itself."""
        self._acting: tuple[Lora, ...] = ()
        self._sketch: Sketch | None = None
        """The latest of which anything was told."""
        self._supplies = Supplies()
        self.setObjectName("panel")
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.prompts = Prompts(atelier)
        self.shape = AspectPicker(atelier, native=PAPER_SIZE)
        self.model, self.presets = ModelCard(atelier), PresetButton(atelier)
        self.loras = LoraList(atelier)
        self.steps = NumberField(atelier, "steps", "window.steps", 1, 60, hard=MOST_STEPS)
        self.guidance = NumberField(atelier, "guidance", "window.guidance", 0, 15, 0.1, hard=MOST_GUIDANCE)
        self.seed = SeedField(atelier)
        self.count = CountField(atelier)
        self.method = Method(atelier)
        self.framing = Framing(atelier)
        self.faster = Faster(atelier)
        self.cost = CostLine(atelier)
        self.generate = TextButton(atelier, "generate", "window_create.generate", "action")
        self._refusal = QLabel()
        self._lay_out()
        self._connect()
        self._shape_for(self.model.facts)
        self._form = Form(bindings(self), request)
        self._using = False
        self._touched()
        atelier.language.follow(self._say)
        atelier.language.changed.connect(self._offer_words)

    def request(self) -> Request:
        return self._form.request()

    def sketch(self) -> Sketch:
        """What is to be made of the request: with the styles that are on."""
        request, styles = self.request(), self.prompts.styles.styles
        return Sketch(request=request, styles=styles, verbatim=not styles and self._of_picture == _texts(request))

    @property
    def is_of_picture(self) -> bool:
        """Whether the words are those of a picture, untouched."""
        return self._of_picture == _texts(self.request())

    def use(self, request: Request, styles: Iterable[str] | None = None, *, of_picture: bool = False) -> None:
        """Sets every control; `request` gives exactly this until one is moved. Without `styles`, they stay on.

        The words `of_picture` have their styles and choices in them, and are not looked through again."""
        self._using = True
        self._form.use(request)
        if styles is not None:
            self.prompts.styles.set_names(styles)
        self._of_picture = _texts(request) if of_picture else None
        self._using = False
        self._touched()

    def use_preset(self, preset: Preset) -> None:
        """What it does not set stays; so do the words."""
        before = self.written()
        self.use(preset.applied(before.request), preset.styles, of_picture=before.beside.of_picture)
        self.preset_used.emit(preset, before)

    def written(self) -> Written:
        """Everything, as `restore` brings it back."""
        return Written(self.request(), Beside(self.prompts.styles.names, self.is_of_picture))

    def restore(self, written: Written) -> None:
        self.use(written.request, written.beside.styles, of_picture=written.beside.of_picture)

    def set_supplies(self, supplies: Supplies) -> None:
        """What there is to choose from."""
        built_in = [preset for preset in supplies.presets if not supplies.is_own(preset)]
        self.prompts.styles.set_known(supplies.styles)
        self.presets.set_presets(built_in, supplies.own.presets)
        self.loras.set_known(supplies.loras)
        self._supplies = supplies
        self._offer_words()
        self._touched()

    def _offer_words(self) -> None:
        supplies, spoken = self._supplies, self._atelier.language.spoken
        vocabulary = Vocabulary(
            supplies.phrases,
            {style.name: style.said(spoken) for style in supplies.styles},
            supplies.loras,
            supplies.wildcards,
        )
        self.prompts.set_vocabulary(vocabulary)

    def show_notes(self, plan: Plan) -> None:
        """What planning has to say of the LoRAs."""
        self.loras.show_notes([note for note in plan.notes if note.startswith(LORA_NOTES)])

    def show_composed(self, request: Request) -> None:
        """What the model would be given for the sketch."""
        self._acting = request.loras
        self.prompts.show_composed(request, varies=varies(self.sketch()))
        self._say()

    def set_models(self, models: list[ModelFacts]) -> None:
        if models != self.model.models:
            request, of_picture = self.request(), self.is_of_picture
            self.model.set_models(models)
            self.use(request, of_picture=of_picture)

    def show_cost(self, cost: Cost) -> None:
        self._error = None
        self.cost.show_cost(cost)
        self._say()

    def show_refusal(self, error: HangaError) -> None:
        """Why it cannot be done, where the cost would stand."""
        self._error = error
        self._say()
        announce(self, self._refusal.text())

    @property
    def refusal(self) -> str:
        """What is said in the place of the cost; empty for nothing."""
        return "" if self._error is None else self._refusal.text()

    def _connect(self) -> None:
        self.model.model_changed.connect(self._shape_for)
        self.shape.size_changed.connect(lambda width, height: self.framing.set_size((width, height)))
        for signal in (
            self.prompts.changed,
            self.shape.size_changed,
            self.model.changed,
            self.loras.changed,
            self.steps.value_changed,
            self.guidance.value_changed,
            self.seed.seed_changed,
            self.count.count_changed,
            self.method.changed,
            self.framing.changed,
            self.faster.changed,
        ):
            signal.connect(self._touched)
        self.presets.chosen.connect(self.use_preset)
        self.prompts.generate_requested.connect(self.generate_requested)
        self.generate.clicked.connect(self.generate_requested)

    def _touched(self) -> None:
        """Something was changed, or may have been: a prompt says so, too, when its colours change. While a request is
        being put in, its parts wait for each other."""
        if self._using:
            return
        schedule = self.method.schedule_in_use
        self.model.hand_over.set_steps(
            round(self.steps.value), lambda steps, handoff: stage_steps(steps, handoff, schedule)
        )
        sketch = self.sketch()
        if sketch != self._sketch:
            self._sketch, self._error, self._acting = sketch, None, self.loras.loras
        self.presets.show_settings(self.request(), self.prompts.styles.names)
        self._say()
        self.changed.emit()

    def _shape_for(self, facts: ModelFacts) -> None:
        """The shape stays as it is, in a size that the model knows."""
        width, height = self.shape.size_in_pixels
        self.shape.set_model(facts.native, facts.limits)
        if not self._using:
            self.shape.set_size(facts.sized(width / height))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll(self._controls()), 1)
        column.addWidget(self._foot())

    def _controls(self) -> QWidget:
        inside = QWidget()
        inside.setProperty("role", "panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(self.prompts)
        column.addWidget(self.shape)
        column.addLayout(self._heading())
        column.addWidget(self.model)
        column.addWidget(self.steps)
        column.addWidget(self.guidance)
        column.addLayout(labelled(self._atelier, "window.seed.name", self.seed))
        column.addLayout(labelled(self._atelier, "window_create.count", self.count))
        self._lora_fold = Fold(self._atelier, "lora", "window_create.loras", self.loras)
        self._framing_fold = Fold(self._atelier, "framing", "window.framing.name", self.framing)
        self._method_fold = Fold(self._atelier, "method", "window.sampler.name", self.method)
        self._faster_fold = Fold(self._atelier, "faster", "window_create.faster", self.faster)
        for fold in (self._lora_fold, self._framing_fold, self._method_fold, self._faster_fold):
            column.addWidget(fold)
        column.addStretch()
        return inside

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Words(self._atelier, "window_create.model", "heading"))
        row.addStretch()
        row.addWidget(self.presets)
        return row

    def _scroll(self, inside: QWidget) -> QScrollArea:
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return scroll

    def _foot(self) -> QWidget:
        foot, rule = QWidget(), QFrame()
        rule.setProperty("role", "rule")
        self._refusal.setObjectName("refusal")
        self._refusal.setProperty("role", "vermilion")
        self._refusal.setWordWrap(True)
        self._refusal.setTextFormat(Qt.TextFormat.PlainText)
        inside = QVBoxLayout()
        inside.setContentsMargins(GROUP, APART, GROUP, GROUP)
        inside.setSpacing(NEAR)
        for widget in (self.cost, self._refusal, self.generate):
            inside.addWidget(widget)
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule)
        column.addLayout(inside)
        return foot

    def show_starting(self) -> None:
        """Nobody knows the cost yet."""
        self.show_cost(Cost(verdict=UNKNOWN))

    def _say(self) -> None:
        say = self._atelier.language.say
        self._framing_fold.set_summary(self.framing.words)
        self._method_fold.set_summary(self.method.words)
        self._faster_fold.set_summary(
            lossy_words(self._atelier.language, self.request()) or say("window_create.faster.off")
        )
        self._lora_fold.set_summary(lora_words(self._acting) or say("window_create.loras.none"))
        self._refusal.setText("" if self._error is None else say(self._error.code, **self._error.data))
        self._refusal.setVisible(self._error is not None)
        self.cost.setVisible(self._error is None)
        self.generate.setToolTip(say("window_create.generate_help"))


def _texts(request: Request) -> Texts:
    return request.prompt, request.prompt_2, request.negative, request.negative_2
