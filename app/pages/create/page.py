"""CreatePage: the panel, the easel and the latest pictures, and what passes between them and the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.background import Background
from app.drag_out import DragOut
from app.engine_thread import BACKGROUND, EngineThread
from app.look.metrics import NEAR
from app.pages.create.costing import Costing
from app.pages.create.draft import FIRST, Draft, Written
from app.pages.create.easel import Easel
from app.pages.create.following import Following
from app.pages.create.keeping import Keeping
from app.pages.create.models import read_models
from app.pages.create.panel import Panel
from app.pages.create.recent import RecentStrip
from app.pages.create.remembering import Remembering
from app.pages.create.showing import Shown, latest, picture_at, picture_of
from app.pages.create.starting import Start, read_start
from app.taking_out import TakingOut
from app.widgets.cost_line import Cost
from app.widgets.stage_bar import Moment
from core.engine import Changes, EngineChanged, Job, JobChanged, Notice, PicturesChanged, Preset
from core.errors import HangaError
from core.events import Failed, Previewed, Saved
from core.plan import Plan
from core.request import AUTO, Request

if TYPE_CHECKING:
    from core.engine import Engine, Opening, Picture

NARROW: Final = 1040
"""Logical pixels below which the strip of the latest pictures is folded away."""
GATHERED_MS: Final = 60
"""Changes of the library that come together are looked at once."""

READY: Final = "ready"
WAITING: Final = "waiting"
RUNNING: Final = "running"
WAIT: Final = "wait"
"""In the place of a stage: what was asked for has not begun."""


class CreatePage(QWidget):
    """`say` and `undoable` are for the notice bar: a code, its data, and for the latter what takes the deed back."""

    say = Signal(str, dict)
    undoable = Signal(str, dict, object)
    show_in_gallery = Signal(object)
    """The id of a picture, which is longer than Qt's int."""

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._thread = thread
        self._asked: dict[str, None] = {}
        """Jobs that were asked for here and have not ended, in their order."""
        self._begun = False
        """Whether there is something to refresh."""
        self._watching = True
        """Whether the easel goes along with what is being made."""
        self.setObjectName("create")
        self.setProperty("role", "window")
        self.panel = Panel(atelier, FIRST)
        self.panel.prompts.prompt.edit.selectAll()  # whoever begins to write means something else
        self.easel = Easel(atelier)
        self.recent = RecentStrip(atelier, thread)
        self._strip = _on_panel(self.recent)
        self.following = Following(thread, self)
        self._costing, self._draft = Costing(thread, self), Draft(thread, self)
        self._remembering = Remembering(thread, self)
        self.keeping = Keeping(atelier, thread, self.panel)
        self._taking_out = TakingOut(thread, Background(self))
        self._drag_out = DragOut(self._taking_out, self.easel.canvas, self.easel.small)
        self._looking = QTimer(self, singleShot=True, interval=GATHERED_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addWidget(self.easel, 1)
        row.addWidget(self._strip)
        self._connect()
        self.setFocusProxy(self.panel.prompts.prompt)

    # What the window calls

    def opened(self, opening: Opening) -> None:
        """The engine is there: models, the draft and the latest pictures are fetched."""
        self._thread.ask(read_start, self._begin)

    def hear(self, notice: Notice) -> None:
        self.following.hear(notice)
        if isinstance(notice, EngineChanged) and notice.state == READY:
            self._costing.ready()
        elif isinstance(notice, PicturesChanged):
            self._looking.start()
        elif isinstance(notice, JobChanged):
            self._job_changed(notice.job)
        elif isinstance(notice, Saved):
            self._saved(notice)
        elif isinstance(notice, Failed):
            self.say.emit(notice.code, dict(notice.data))

    def use(self, request: Request) -> None:
        """Settings of a picture, whose words have their styles in them. They are those of the controls from now on."""
        before = self.panel.written()
        self.panel.use(request, styles=(), of_picture=True)
        self.focus()
        if before.request not in (request, FIRST):
            self._offer_return("window_create.used", {}, before)

    def use_model(self, name: str) -> None:
        """Another model for what is being written, in the size that it was trained on."""
        self.panel.model.set_refiner(AUTO)
        self.panel.model.set_checkpoint(name)
        self.focus()

    def generate(self) -> None:
        """What the controls say; one that is known to be impossible is not even begun."""
        sketch = self.panel.sketch()
        refusal = self._costing.refusal(sketch)
        if refusal is not None:
            self.panel.show_refusal(refusal)
            self._costing.again()
            return
        self._watching = True
        history = self.panel.prompts.prompt.history
        history.remember(sketch.request.prompt)
        self._remembering.keep_prompts(history.prompts)
        self._thread.ask(lambda engine: engine.submit(engine.desk.compose(sketch)), refused=self._refused)

    def cancel(self) -> None:
        """What runs; else what was asked for last and waits."""
        job = self.following.job or next(reversed(self._asked), None)
        if job is not None:
            self._thread.ask(lambda engine: engine.cancel(job), refused=self._refused)

    def focus(self) -> None:
        self.panel.prompts.prompt.setFocus(Qt.FocusReason.OtherFocusReason)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._strip.setVisible(self.width() >= NARROW)

    def showEvent(self, event: QShowEvent) -> None:
        """Models, LoRAs and lists may have come while another page was seen."""
        super().showEvent(event)
        if self._begun:
            self._thread.ask(read_models, self.panel.set_models, self._refused, BACKGROUND)
            self.keeping.look()
            self._taking_out.forget()
            if self.easel.shown is not None:
                self._taking_out.prepare([self.easel.shown.picture.id])

    def hideEvent(self, event: QHideEvent) -> None:
        self._draft.keep_now()
        super().hideEvent(event)

    # Inside

    def _connect(self) -> None:
        self.panel.changed.connect(self._changed)
        self.panel.generate_requested.connect(self.generate)
        self.panel.shape.size_changed.connect(self.easel.set_sheet)
        self.easel.set_sheet(*self.panel.shape.size_in_pixels)
        self.panel.shape.favourites_changed.connect(self._remembering.keep_shapes)
        self.panel.model.refiner_missing.connect(lambda: self.say.emit("window_create.no_refiner", {}))
        self._costing.composed.connect(self.panel.show_composed)
        self._costing.costed.connect(self._costed)
        self.panel.preset_used.connect(self._preset_used)
        self.keeping.said.connect(self.say)
        self.keeping.done.connect(lambda code, data: self.undoable.emit(code, data, self.keeping.undo))
        self._costing.refused.connect(self.panel.show_refusal)
        self.following.began.connect(self.easel.show_stages)
        self.following.moved.connect(self.easel.show_moment)
        self.following.previewed.connect(self._previewed)
        self.following.ended.connect(self._ended)
        self.easel.stages.cancelled.connect(self.cancel)
        self.easel.use_requested.connect(self._use_shown)
        self.easel.drag_requested.connect(self._drag_out.start)
        self._taking_out.said.connect(self.say)
        self.easel.refine_requested.connect(self._refine)
        self.recent.chosen.connect(self._look_at)
        self.recent.opened.connect(self.show_in_gallery)
        self._looking.timeout.connect(self._look)

    def _begin(self, start: Start) -> None:
        self._begun = True
        self.panel.shape.set_favourites(start.remembered.shapes)
        self.panel.set_models(start.models)
        self.keeping.show(start.supplies)
        draft = start.draft
        if draft is not None and self.panel.request() == FIRST:  # what was written meanwhile is newer
            self.panel.restore(draft)
        history = self.panel.prompts.prompt.history
        known = start.remembered.prompts or (each.prompt for each in start.pictures)
        history.set_prompts(filter(None, (*history.prompts, *known)))
        self.recent.show_pictures(start.pictures)
        if start.pictures and self.easel.shown is None:
            self._fetch(start.pictures[0].id)
        self._changed()

    def _changed(self) -> None:
        self._draft.keep(self.panel.written())
        self._costing.want(self.panel.sketch())

    def _costed(self, plan: Plan, cost: Cost) -> None:
        self.panel.show_cost(cost)
        self.panel.show_notes(plan)

    def _preset_used(self, preset: Preset, before: Written) -> None:
        gone = set(preset.styles or ()) - set(self.panel.prompts.styles.names)
        code = "window_create.presets.without" if gone else "window_create.presets.used"
        self._offer_return(code, {"name": self.panel.presets.called(preset), "styles": ", ".join(sorted(gone))}, before)

    def _offer_return(self, code: str, data: dict[str, str], before: Written) -> None:
        """What was written went for something else: it can be had back."""
        self.undoable.emit(code, data, lambda: self.panel.restore(before))

    def _job_changed(self, job: Job) -> None:
        if job.state in (WAITING, RUNNING):
            self._asked[job.id] = None
        else:
            self._asked.pop(job.id, None)
        if self.following.job is None:
            if self._asked:
                self.easel.show_moment(Moment(stage=WAIT))
            else:
                self.easel.rest()

    def _previewed(self, event: Previewed) -> None:
        plan = self.following.plan
        if self._watching and plan is not None:
            self.easel.show_preview(event, QSize(plan.width, plan.height))

    def _ended(self) -> None:
        self._costing.again()
        self.easel.show_again()

    def _saved(self, event: Saved) -> None:
        path = Path(event.path)
        self._thread.ask(lambda engine: picture_at(engine, path), self._show_saved, self._refused)

    def _show_saved(self, shown: Shown | None) -> None:
        if self._watching:
            self._show(shown)

    def _look_at(self, number: int) -> None:
        self._watching = False
        self._fetch(number)

    def _fetch(self, number: int) -> None:
        self._thread.ask(lambda engine: picture_of(engine, number), self._show, self._refused)

    def _show(self, shown: Shown | None) -> None:
        if shown is None:
            return
        picture = shown.picture
        before = None if picture.job is None else self.following.base_preview((picture.job, picture.index))
        self.easel.show_shown(shown, before)
        self._taking_out.prepare([picture.id])
        self.panel.seed.set_picture_seed(picture.seed)
        self.recent.mark(picture.id)

    def _look(self) -> None:
        self._thread.ask(latest, self._show_latest, self._refused, BACKGROUND)

    def _show_latest(self, pictures: tuple[Picture, ...]) -> None:
        self.recent.show_pictures(pictures)
        if self.easel.shown is not None:
            self.recent.mark(self.easel.shown.picture.id)

    def _use_shown(self) -> None:
        shown = self.easel.shown
        if shown is not None and shown.picture.request is not None:
            self.use(shown.picture.request)

    def _refine(self, number: int, handoff: float) -> None:
        self._watching = True
        self._thread.ask(lambda engine: _refined(engine, number, handoff), refused=self._refused)

    def _refused(self, error: HangaError) -> None:
        self.say.emit(error.code, error.data)


def _refined(engine: Engine, number: int, handoff: float) -> Job:
    return engine.refine(engine.record(number), Changes(handoff=handoff))


def _on_panel(strip: RecentStrip) -> QFrame:
    panel = QFrame()
    panel.setProperty("role", "panel")
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, NEAR, 0, NEAR)
    column.addWidget(strip)
    return panel
