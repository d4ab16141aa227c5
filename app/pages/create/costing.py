"""Costing: what a sketch comes to, and what a run would cost, asked in the background after a pause in typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine_thread import BACKGROUND, EngineThread, Work
from app.widgets.cost_line import FITS, STREAMS, TOO_LARGE, Cost
from core.engine import Sketch
from core.errors import HangaError
from core.plan import Plan
from core.request import Request
from core.residency import RESIDENT

if TYPE_CHECKING:
    from core.engine import Engine

AFTER_MS: Final = 350
MAY_NOT_FIT: Final = "note.may_not_fit"

Answer = tuple[Plan, Cost]


class Costing(QObject):
    """Plans nothing before `ready`: while the engine starts, a plan would keep everything else waiting for it."""

    composed = Signal(object)
    """The request that the latest sketch comes to: of its first picture."""
    costed = Signal(object, object)
    """Plan, Cost: of the latest sketch."""
    refused = Signal(object)
    """The HangaError of planning it."""

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._ready = self._busy = False
        self._wanted: Sketch | None = None
        self._refusal: tuple[Sketch, HangaError] | None = None
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self._begin)

    def want(self, sketch: Sketch) -> None:
        """Any sketch before is of no interest any more."""
        if sketch != self._wanted:
            self._wanted = sketch
            self._timer.start()

    def again(self) -> None:
        """More is known now: durations of a run, models, how much memory may be used."""
        self._timer.start()

    def ready(self) -> None:
        self._ready = True
        self._timer.start()

    def refusal(self, sketch: Sketch) -> HangaError | None:
        """Why `sketch` cannot be done, if it is known by now."""
        return self._refusal[1] if self._refusal is not None and self._refusal[0] == sketch else None

    def _begin(self) -> None:
        sketch = self._wanted
        if not self._busy and sketch is not None:
            self._busy = True
            self._ask(sketch, lambda engine: engine.desk.example(sketch), lambda request: self._plan(sketch, request))

    def _plan(self, sketch: Sketch, request: Request) -> None:
        if sketch == self._wanted:
            self.composed.emit(request)
        if self._ready:
            self._ask(sketch, lambda engine: cost_of(engine, request), lambda answer: self._answered(sketch, answer))
        else:
            self._is_latest(sketch)

    def _ask(self, sketch: Sketch, work: Work, then: Callable[[Any], object]) -> None:
        self._thread.ask(work, then, lambda error: self._refused(sketch, error), BACKGROUND)

    def _answered(self, sketch: Sketch, answer: Answer) -> None:
        self._refusal = None
        if self._is_latest(sketch):
            self.costed.emit(*answer)

    def _refused(self, sketch: Sketch, error: HangaError) -> None:
        self._refusal = sketch, error
        if self._is_latest(sketch):
            self.refused.emit(error)

    def _is_latest(self, sketch: Sketch) -> bool:
        """Asks again if it is not."""
        self._busy = False
        if sketch != self._wanted:
            self._timer.start()
        return sketch == self._wanted


def cost_of(engine: Engine, request: Request) -> Answer:
    """For the engine's thread. Raises HangaError as planning does."""
    plan = engine.plan(request)
    stays = plan.keep_resident and all(lodging.place == RESIDENT for lodging in plan.residency.lodgings)
    fits = FITS if stays else STREAMS
    return plan, Cost(
        verdict=TOO_LARGE if MAY_NOT_FIT in plan.notes else fits,
        pictures=len(plan.seeds),
        seconds=engine.expected_seconds(plan),
        need=plan.peak_bytes,
        have=engine.room(plan),
    )
