"""Costing: what a run would cost, asked in the background after a pause in typing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine_thread import BACKGROUND, EngineThread
from app.widgets.cost_line import FITS, STREAMS, TOO_LARGE, Cost
from core.engine import Engine
from core.errors import HangaError
from core.plan import Plan
from core.request import Request

AFTER_MS: Final = 350
MAY_NOT_FIT: Final = "note.may_not_fit"

Answer = tuple[Plan, Cost]


class Costing(QObject):
    """Says nothing before `ready`: while the engine starts, a plan would keep everything else waiting for it."""

    costed = Signal(object, object)
    """Plan, Cost: of the latest request."""
    refused = Signal(object)
    """The HangaError of planning it."""

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._ready = self._busy = False
        self._wanted: Request | None = None
        self._refusal: tuple[Request, HangaError] | None = None
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self._begin)

    def want(self, request: Request) -> None:
        """Any request before is of no interest any more."""
        if request != self._wanted:
            self._wanted = request
            self._timer.start()

    def again(self) -> None:
        """More is known now: durations of a run, models, how much memory may be used."""
        self._timer.start()

    def ready(self) -> None:
        self._ready = True
        self._timer.start()

    def refusal(self, request: Request) -> HangaError | None:
        """Why `request` cannot be done, if it is known by now."""
        return self._refusal[1] if self._refusal is not None and self._refusal[0] == request else None

    def _begin(self) -> None:
        request = self._wanted
        if self._ready and not self._busy and request is not None:
            self._busy = True
            self._thread.ask(
                lambda engine: cost_of(engine, request),
                lambda answer: self._answered(request, answer),
                lambda error: self._refused(request, error),
                BACKGROUND,
            )

    def _answered(self, request: Request, answer: Answer) -> None:
        self._refusal = None
        if self._is_latest(request):
            self.costed.emit(*answer)

    def _refused(self, request: Request, error: HangaError) -> None:
        self._refusal = request, error
        if self._is_latest(request):
            self.refused.emit(error)

    def _is_latest(self, request: Request) -> bool:
        """Asks again if it is not."""
        self._busy = False
        if request != self._wanted:
            self._timer.start()
        return request == self._wanted


def cost_of(engine: Engine, request: Request) -> Answer:
    """For the engine's thread. Raises HangaError as planning does."""
    plan = engine.plan(request)
    fits = STREAMS if not plan.keep_resident else FITS
    return plan, Cost(
        verdict=TOO_LARGE if MAY_NOT_FIT in plan.notes else fits,
        pictures=len(plan.seeds),
        seconds=engine.expected_seconds(plan),
        need=plan.peak_bytes,
        have=engine.room(plan),
    )
