"""Exporting: copies of many pictures, written in the background; how far it is, and a way to stop."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal

from app.background import Background
from app.engine_thread import EngineThread
from core.engine import Export, Picture, export
from core.errors import HangaError


@dataclass
class _Run:
    """One export. `written` is what the background has done so far."""

    folder: Path
    how: Export
    stop: Event = field(default_factory=Event)
    written: int = 0


class Exporting(QObject):
    """`went_on`: copies written so far. It ends with `ended` (copies written, whether all of them), or with `refused`
    (the HangaError, copies written before it)."""

    went_on = Signal(int)
    ended = Signal(int, bool)
    refused = Signal(object, int)

    def __init__(self, thread: EngineThread, background: Background) -> None:
        super().__init__()
        self._thread, self._background = thread, background
        self._run: _Run | None = None

    @property
    def runs(self) -> bool:
        return self._run is not None

    def start(self, ids: Sequence[int], folder: Path, how: Export) -> None:
        run = self._run = _Run(folder, how)
        self._thread.ask(
            lambda engine: engine.library.pictures(ids),
            lambda pictures: self._write(run, pictures),
            lambda error: self._refused(run, error),
        )

    def stop(self) -> None:
        """After the copy that is being written."""
        if self._run is not None:
            self._run.stop.set()

    def _write(self, run: _Run, pictures: list[Picture]) -> None:
        there = [picture for picture in pictures if not picture.missing]
        self._background.ask(
            lambda: self._written(run, there),
            lambda _: self._ended(run, run.written == len(pictures)),
            lambda error: self._refused(run, error),
        )

    def _written(self, run: _Run, pictures: list[Picture]) -> None:
        """In the background."""

        def progress(done: int) -> bool:
            run.written = done
            self.went_on.emit(done)
            return not run.stop.is_set()

        if not run.folder.is_dir():
            reason = os.strerror(errno.ENOENT)
            raise HangaError("disk.unwritable", name=run.folder.name, folder=str(run.folder.parent), reason=reason)
        if not run.stop.is_set():
            export(pictures, run.folder, run.how, progress)

    def _ended(self, run: _Run, whole: bool) -> None:
        self._run = None
        self.ended.emit(run.written, whole)

    def _refused(self, run: _Run, error: HangaError) -> None:
        self._run = None
        self.refused.emit(error, run.written)
