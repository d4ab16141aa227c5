"""Deeds: what an artist does to pictures. Each has a way back, and each way back has one forward again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.engine_thread import EngineThread
from app.pages.gallery.portions import NOTED_AT_ONCE, Portion, Portions, Way, portioned
from core.engine import Change, Engine
from core.errors import Datum, HangaError

MOST: Final = 200
"""Deeds that can be taken back."""


@dataclass(frozen=True)
class Deed:
    """`code` and `data` say what was done, without the number of pictures; `back` undoes it."""

    code: str
    data: dict[str, Datum]
    back: Sequence[Portion]

    @property
    def number(self) -> int:
        return sum(portion.count for portion in self.back)


class Deeds(QObject):
    """`done` says what was done and can be undone, `said` what else is to be said; `changed`: look again. `portions`
    tells how far something is that takes long, and stops it."""

    done = Signal(str, dict)
    said = Signal(str, dict)
    changed = Signal()

    def __init__(self, thread: EngineThread) -> None:
        super().__init__()
        self.portions = Portions(thread)
        self._past: deque[Deed] = deque(maxlen=MOST)
        self._future: list[Deed] = []

    def rate(self, pictures: Sequence[int], rating: int) -> None:
        code = "window_gallery.rated" if rating else "window_gallery.unrated"
        self._mark(code, pictures, lambda engine, some: engine.library.rate(some, rating), rating=rating)

    def reject(self, pictures: Sequence[int], rejected: bool) -> None:
        code = "window_gallery.rejected" if rejected else "window_gallery.not_rejected"
        self._mark(code, pictures, lambda engine, some: engine.library.reject(some, rejected))

    def tag(self, pictures: Sequence[int], name: str) -> None:
        self._mark("window_gallery.tagged", pictures, lambda engine, some: engine.library.tag(some, name), name=name)

    def untag(self, pictures: Sequence[int], name: str) -> None:
        self._mark(
            "window_gallery.untagged", pictures, lambda engine, some: engine.library.untag(some, name), name=name
        )

    def collect(self, pictures: Sequence[int], name: str) -> None:
        self._mark(
            "window_gallery.collected", pictures, lambda engine, some: engine.library.collect(some, name), name=name
        )

    def uncollect(self, pictures: Sequence[int], name: str) -> None:
        self._mark(
            "window_gallery.uncollected", pictures, lambda engine, some: engine.library.uncollect(some, name), name=name
        )

    def trash(self, pictures: Sequence[int]) -> None:
        self._do("window_gallery.trashed", portioned(pictures, _trashing), {})

    def restore(self, ticket: str, count: int) -> None:
        way: Way = lambda engine: _trashing(engine.library.restore(ticket))  # noqa: E731
        self._do("window_gallery.restored", [Portion(count, way)], {})

    def undo(self) -> None:
        """Take back what was done last; nothing happens if there is nothing."""
        if self._past:
            deed = self._past.pop()
            self.portions.do(deed.back, lambda again, error: self._taken_back(deed, again, error))

    def redo(self) -> None:
        if self._future:
            deed = self._future.pop()
            self.portions.do(deed.back, lambda back, error: self._did(deed.code, deed.data, back, error))

    def _mark(
        self,
        code: str,
        pictures: Sequence[int],
        way: Callable[[Engine, Sequence[int]], Change],
        **data: Datum,
    ) -> None:
        noted = portioned(pictures, lambda some: lambda engine: _undoing(way(engine, some)), NOTED_AT_ONCE)
        self._do(code, noted, data)

    def _do(self, code: str, portions: Sequence[Portion], data: dict[str, Datum]) -> None:
        if portions:
            self._future.clear()
            self.portions.do(portions, lambda back, error: self._did(code, data, back, error))

    def _did(self, code: str, data: dict[str, Datum], back: Sequence[Portion], error: HangaError | None) -> None:
        deed = Deed(code, data, back)
        if back:
            self._past.append(deed)
            self.done.emit(f"{code}.{'one' if deed.number == 1 else 'many'}", {"number": deed.number, **data})
        self._tell(error)

    def _taken_back(self, deed: Deed, again: Sequence[Portion], error: HangaError | None) -> None:
        if again:
            self._future.append(Deed(deed.code, deed.data, again))
        if error is None:
            self.said.emit("window_gallery.undone", {})
        self._tell(error)

    def _tell(self, error: HangaError | None) -> None:
        if error is not None:
            self.said.emit(error.code, error.data)
        self.changed.emit()


def _undoing(change: Change) -> Way:
    return lambda engine: _undoing(engine.library.undo(change))


def _restoring(ticket: str) -> Way:
    return lambda engine: _trashing(engine.library.restore(ticket))


def _trashing(pictures: Sequence[int]) -> Way:
    return lambda engine: _restoring(engine.library.trash(pictures))
