"""Results: asks the engine what a question finds. The first pictures come at once, all of them a moment later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.engine_thread import ACTION, BACKGROUND, EngineThread
from app.pages.gallery.outline import Describe, Outline
from app.pages.gallery.search_words import resolved
from core.engine import Engine, Glance, Query

FIRST: Final = 200
"""Pictures that fill a window of any size."""
TURNED: Final = 10_000
"""Pictures asked for at a time after that: other errands come in between."""


@dataclass
class _Asking:
    """A question under way. `gathered` belongs to the engine's thread."""

    number: int
    query: Query
    quietly: bool
    gathered: list[Glance] = field(default_factory=list)
    shown: Outline | None = None


class Results(QObject):
    """`begun` and `found` carry an `Outline`: of the first pictures, and of all. Of several questions only the last one
    is answered."""

    begun = Signal(object)
    found = Signal(object)

    def __init__(self, thread: EngineThread, describe: Describe) -> None:
        super().__init__()
        self._thread, self._describe = thread, describe
        self._number = 0
        self._query = Query()
        self._shown: Outline | None = None

    @property
    def query(self) -> Query:
        return self._query

    def ask(self, query: Query) -> None:
        """A new question."""
        self._query, self._shown = query, None
        self._begin(quietly=False)

    def refresh(self) -> None:
        """The same question again; answered with `found` alone, and only if there is something else to be seen."""
        self._begin(quietly=self._shown is not None)

    def _begin(self, *, quietly: bool) -> None:
        self._number += 1
        asking = _Asking(self._number, self._query, quietly, shown=self._shown)
        limit, urgency = (TURNED, BACKGROUND) if quietly else (FIRST, ACTION)
        self._turn(asking, None, limit, urgency)

    def _turn(self, asking: _Asking, after: object, limit: int, urgency: int) -> None:
        def work(engine: Engine) -> tuple[object, Outline | None] | None:
            if asking.number != self._number:
                return None
            return self._gather(engine, asking, after, limit)

        def then(answer: tuple[object, Outline | None] | None) -> None:
            if answer is not None and asking.number == self._number:
                self._heard(asking, *answer)

        self._thread.ask(work, then, urgency=urgency)

    def _gather(self, engine: Engine, asking: _Asking, after: object, limit: int) -> tuple[object, Outline | None]:
        """In the engine's thread: where the next pictures begin, and the outline if it is time for one."""
        if after is None and asking.query.model is not None:
            asking.query = resolved(asking.query, engine.library.models_seen())
        turned = engine.library.glances(asking.query, limit, after)  # type: ignore[arg-type]
        begins = not asking.gathered and not asking.quietly
        asking.gathered += turned.glances
        if turned.after is not None and not begins:
            return turned.after, None
        if asking.shown is not None and asking.shown.shows_the_same(asking.gathered):
            return None, None
        return turned.after, Outline(asking.gathered, self._describe)

    def _heard(self, asking: _Asking, after: object, outline: Outline | None) -> None:
        if after is not None:
            if outline is not None:
                self.begun.emit(outline)
            self._turn(asking, after, TURNED, BACKGROUND)
        elif outline is not None:
            self._shown = outline
            self.found.emit(outline)
