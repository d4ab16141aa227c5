"""Importer: brings model files in, one after another and piece by piece, while the engine does other things too."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.engine_thread import BACKGROUND, EngineThread
from core.engine import Engine, copy_model, kind_of_model
from core.errors import HangaError

MOST: Final = 200
"""Files that are looked at in one go: somebody dropped a folder too many."""

Steps = Generator[int, None, Path]


@dataclass(frozen=True)
class Candidate:
    path: Path
    is_folder: bool


class Importer(QObject):
    judged = Signal(list)
    """list[Candidate]: those that can come in. Of the others `refused` told why."""
    refused = Signal(object)
    """HangaError"""
    copied = Signal(object, float)
    """Path that is being copied, and the share of it that is."""
    came = Signal(object)
    """Path where it lies now."""
    ended = Signal()

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._waiting: deque[Path] = deque()
        self._steps: Steps | None = None
        self._number = 0
        """Of the copy that runs: what an earlier one says is not heard any more."""

    def judge(self, paths: Sequence[Path]) -> None:
        """Look what they are. Those beyond `MOST` are not looked at."""
        asked = list(paths[:MOST])
        self._thread.ask(lambda engine: _judged(asked), self._judged, self._fail)

    def copy(self, paths: Sequence[Path]) -> None:
        """Into Hanga's folder."""
        self._waiting.extend(paths)
        if self._steps is None:
            self._next()

    def use_in_place(self, paths: Sequence[Path]) -> None:
        """Have the settings name them."""
        places = [str(path) for path in paths]
        self._thread.ask(lambda engine: _share(engine, places), lambda _: self._shared(paths), self._fail)

    def stop(self) -> None:
        """What is being copied leaves nothing behind; what came before stays."""
        self._waiting.clear()
        steps, self._steps = self._steps, None
        self._number += 1
        if steps is not None:
            self._thread.ask(lambda engine: steps.close())
        self.ended.emit()

    def _next(self) -> None:
        if not self._waiting:
            self.ended.emit()
            return
        source = self._waiting.popleft()
        self._number += 1
        number = self._number
        self.copied.emit(source, 0.0)
        self._thread.ask(
            lambda engine: (copy_model(engine.home, source), source.stat().st_size),
            lambda begun: self._begun(number, source, *begun),
            self._failed,
            BACKGROUND,
        )

    def _begun(self, number: int, source: Path, steps: Steps, size: int) -> None:
        if number == self._number:
            self._steps = steps
            self._step(number, source, size)

    def _step(self, number: int, source: Path, size: int) -> None:
        steps = self._steps
        if steps is not None and number == self._number:
            self._thread.ask(
                lambda engine: _one_step(steps),
                lambda done: self._stepped(number, source, size, done),
                self._failed,
                BACKGROUND,
            )

    def _stepped(self, number: int, source: Path, size: int, done: int | Path) -> None:
        if number != self._number:
            return
        if isinstance(done, Path):
            self._steps = None
            self.came.emit(done)
            self._next()
        else:
            self.copied.emit(source, done / max(size, 1))
            self._step(number, source, size)

    def _failed(self, error: HangaError) -> None:
        """That one; the next has its turn."""
        self._steps = None
        self._fail(error)
        self._next()

    def _judged(self, found: tuple[list[Candidate], list[HangaError]]) -> None:
        good, refusals = found
        for refusal in refusals[:1]:
            self.refused.emit(refusal)
        self.judged.emit(good)

    def _shared(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self.came.emit(path)
        self.ended.emit()

    def _fail(self, error: HangaError) -> None:
        self.refused.emit(error)


def _one_step(steps: Steps) -> int | Path:
    try:
        return next(steps)
    except StopIteration as end:
        place: Path = end.value
        return place


def _judged(paths: Sequence[Path]) -> tuple[list[Candidate], list[HangaError]]:
    good: list[Candidate] = []
    refusals: list[HangaError] = []
    for path in paths:
        try:
            kind_of_model(path)
            good.append(Candidate(path, path.is_dir()))
        except HangaError as refusal:
            refusals.append(refusal)
    return good, refusals


def _share(engine: Engine, places: Sequence[str]) -> None:
    known = engine.settings.model_folders
    added = [place for place in places if place not in known]
    engine.change_settings(replace(engine.settings, model_folders=(*known, *added)))
