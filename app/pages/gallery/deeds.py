"""Deeds: what an artist does to pictures. Each has a way back, and each way back has one forward again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from app.engine_thread import EngineThread
from core.engine import Change, Engine
from core.errors import Datum, HangaError

MOST: Final = 200
"""Deeds that can be taken back."""

Way = Callable[[Engine], Any]
"""Does something, and gives back what undoes it."""


@dataclass(frozen=True)
class Deed:
    """`code` and `data` say what was done; `back` undoes it."""

    code: str
    data: dict[str, Datum]
    back: Way


class Deeds(QObject):
    """`done` says what was done and can be undone, `said` what else is to be said; `changed`: look again."""

    done = Signal(str, dict)
    said = Signal(str, dict)
    changed = Signal()

    def __init__(self, thread: EngineThread) -> None:
        super().__init__()
        self._thread = thread
        self._past: deque[Deed] = deque(maxlen=MOST)
        self._future: list[Deed] = []

    def rate(self, pictures: Sequence[int], rating: int) -> None:
        code = "window_gallery.rated" if rating else "window_gallery.unrated"
        self._do(code, pictures, lambda engine: _undoing(engine.library.rate(pictures, rating)), rating=rating)

    def reject(self, pictures: Sequence[int], rejected: bool) -> None:
        code = "window_gallery.rejected" if rejected else "window_gallery.not_rejected"
        self._do(code, pictures, lambda engine: _undoing(engine.library.reject(pictures, rejected)))

    def tag(self, pictures: Sequence[int], name: str) -> None:
        self._do(
            "window_gallery.tagged", pictures, lambda engine: _undoing(engine.library.tag(pictures, name)), name=name
        )

    def untag(self, pictures: Sequence[int], name: str) -> None:
        way = lambda engine: _undoing(engine.library.untag(pictures, name))  # noqa: E731
        self._do("window_gallery.untagged", pictures, way, name=name)

    def collect(self, pictures: Sequence[int], name: str) -> None:
        way = lambda engine: _undoing(engine.library.collect(pictures, name))  # noqa: E731
        self._do("window_gallery.collected", pictures, way, name=name)

    def uncollect(self, pictures: Sequence[int], name: str) -> None:
        way = lambda engine: _undoing(engine.library.uncollect(pictures, name))  # noqa: E731
        self._do("window_gallery.uncollected", pictures, way, name=name)

    def trash(self, pictures: Sequence[int]) -> None:
        self._do("window_gallery.trashed", pictures, lambda engine: _restoring(engine.library.trash(pictures)))

    def restore(self, ticket: str, count: int) -> None:
        self._do("window_gallery.restored", range(count), lambda engine: _trashing(engine.library.restore(ticket)))

    def undo(self) -> None:
        """Take back what was done last; nothing happens if there is nothing."""
        if self._past:
            deed = self._past.pop()
            self._thread.ask(deed.back, lambda way: self._taken_back(deed, way), self._refused)

    def redo(self) -> None:
        if self._future:
            deed = self._future.pop()
            self._thread.ask(deed.back, lambda way: self._did(deed.code, deed.data, way), self._refused)

    def _do(self, code: str, pictures: Collection[int], way: Way, **data: Datum) -> None:
        if pictures:
            self._future.clear()
            told = {"number": len(pictures), **data}
            sentence = f"{code}.{'one' if len(pictures) == 1 else 'many'}"
            self._thread.ask(way, lambda back: self._did(sentence, told, back), self._refused)

    def _did(self, code: str, data: dict[str, Datum], back: Way) -> None:
        self._past.append(Deed(code, data, back))
        self.done.emit(code, data)
        self.changed.emit()

    def _taken_back(self, deed: Deed, way: Way) -> None:
        self._future.append(Deed(deed.code, deed.data, way))
        self.said.emit("window_gallery.undone", {})
        self.changed.emit()

    def _refused(self, error: HangaError) -> None:
        self.said.emit(error.code, error.data)
        self.changed.emit()


def _undoing(change: Change) -> Way:
    return lambda engine: _undoing(engine.library.undo(change))


def _restoring(ticket: str) -> Way:
    return lambda engine: _trashing(engine.library.restore(ticket))


def _trashing(pictures: Sequence[int]) -> Way:
    return lambda engine: _restoring(engine.library.trash(pictures))
