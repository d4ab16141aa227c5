"""Following: what becomes of the job that runs, as moments of a bar, previews and pictures."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.engine_thread import BACKGROUND, EngineThread
from app.widgets.stage_bar import Moment
from app.widgets.stage_strip import Span
from core.engine import JobChanged, Notice
from core.events import BASE, DECODE, ENCODE, LOAD, REFINER, SAVE, SWAP, Event, Previewed, Saved, StageStarted, Stepped
from core.plan import Plan
from core.progress import Progress

ASKED_EVERY_MS: Final = 250
REMEMBERED: Final = 24
"""Last previews of the base stage that are kept, to be compared with what the refiner made of them."""

RUNNING: Final = "running"

GUESSED: Final = {LOAD: 5.0, ENCODE: 0.5, SWAP: 3.0, DECODE: 2.0, SAVE: 0.3}
"""In steps, for the first run of a machine."""

Picture = tuple[str, int]
"""Job, and which picture of it."""


class Following(QObject):
    began = Signal(object)
    """list[Span]: the stages of one picture."""
    moved = Signal(object)
    """Moment"""
    previewed = Signal(object)
    """Previewed"""
    ended = Signal()

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self.job: str | None = None
        self.plan: Plan | None = None
        self._spans: list[Span] = []
        self._stage, self._since, self._step, self._index = LOAD, time.monotonic(), 0, 0
        self._progress: Progress | None = None
        self._asking = False
        self._base: OrderedDict[Picture, QImage] = OrderedDict()
        self._timer = QTimer(self, interval=ASKED_EVERY_MS)
        self._timer.timeout.connect(self._ask)

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, JobChanged):
            self._changed(notice)
        elif isinstance(notice, Event) and notice.job == self.job:
            self._happened(notice)

    def base_preview(self, picture: Picture) -> QImage | None:
        """How the picture looked when the base had done its share."""
        return self._base.get(picture)

    def _changed(self, notice: JobChanged) -> None:
        job = notice.job
        if job.state == RUNNING and job.plan is not None and job.id != self.job:
            self._begin(job.id, job.plan)
        elif job.id == self.job and job.state != RUNNING:
            self.job = None
            self._timer.stop()
            self.ended.emit()

    def _begin(self, job: str, plan: Plan) -> None:
        self.job, self.plan, self._progress = job, plan, None
        self._enter(LOAD)
        self._index = 0
        self._spread(guessed_stages(plan))
        self._thread.ask(lambda engine: engine.expected_stages(plan), self._spread, urgency=BACKGROUND)
        self._timer.start()
        self._tell()

    def _spread(self, stages: dict[str, float]) -> None:
        """An answer that comes when the job has ended is of no use any more."""
        if stages and self.job is not None:
            self._spans = [Span(stage, seconds) for stage, seconds in stages.items()]
            self.began.emit(self._spans)

    def _happened(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            if event.stage != self._stage or not event.note:
                self._enter(event.stage)
        elif isinstance(event, Stepped):
            if event.stage != self._stage:
                self._enter(event.stage)
            self._step = event.step
        elif isinstance(event, Previewed):
            self._index = event.index
            self._remember(event)
            self.previewed.emit(event)
        elif isinstance(event, Saved):
            self._index = event.index
        self._tell()

    def _enter(self, stage: str) -> None:
        self._stage, self._since, self._step = stage, time.monotonic(), 0

    def _remember(self, event: Previewed) -> None:
        if self._stage != BASE or self.plan is None or len(self.plan.stages) < 2:
            return
        image = QImage(event.pixels, event.width, event.height, 3 * event.width, QImage.Format.Format_RGB888)
        self._base[(event.job, event.index)] = image.copy()
        while len(self._base) > REMEMBERED:
            self._base.popitem(last=False)

    def _ask(self) -> None:
        if not self._asking:
            self._asking = True
            self._thread.ask(lambda engine: engine.progress(), self._answered, self._unanswered, BACKGROUND)

    def _answered(self, progress: Progress | None) -> None:
        self._asking = False
        if progress is not None and self.job is not None:
            self._progress = progress
            self._tell()

    def _unanswered(self, error: object) -> None:
        self._asking = False

    def _tell(self) -> None:
        if self.plan is not None and self.job is not None:
            self.moved.emit(self._moment(self.plan))

    def _moment(self, plan: Plan) -> Moment:
        progress, count = self._progress, len(plan.seeds)
        known = progress is not None and progress.stage == self._stage
        stage_left = progress.stage_seconds_left if progress is not None and known else None
        all_left = None if progress is None else progress.job_seconds_left
        return Moment(
            stage=self._stage,
            share=self._share(plan, stage_left),
            index=self._index,
            count=count,
            picture_left=all_left if count == 1 else self._left_of_picture(stage_left),
            all_left=all_left,
        )

    def _share(self, plan: Plan, left: float | None) -> float:
        """Of the stage: by its steps, or else by the time that it still takes."""
        steps = [len(stage.timesteps) for stage in plan.stages]
        if self._stage == BASE:
            return self._step / steps[0]
        if self._stage == REFINER:
            before = sum(steps[:-1])
            return max(self._step - before, 0) / steps[-1]
        passed = time.monotonic() - self._since
        return passed / (passed + left) if left else 0.0

    def _left_of_picture(self, stage_left: float | None) -> float | None:
        stages = [span.stage for span in self._spans]
        if stage_left is None or self._stage not in stages:
            return None
        return stage_left + sum(span.seconds for span in self._spans[stages.index(self._stage) + 1 :])


def guessed_stages(plan: Plan) -> dict[str, float]:
    """The stages of `plan`, in steps: how long a step takes is not known yet."""
    stages = {LOAD: GUESSED[LOAD], ENCODE: GUESSED[ENCODE]}
    for number, stage in enumerate(plan.stages):
        if number:
            stages[SWAP] = GUESSED[SWAP]
        stages[BASE if stage.role == "base" else REFINER] = float(len(stage.timesteps))
    return stages | {DECODE: GUESSED[DECODE], SAVE: GUESSED[SAVE]}
