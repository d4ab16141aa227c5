"""Watching: keeps the rows of the page true to the engine's queue, and asks how far the running job is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine_thread import BACKGROUND, EngineThread
from app.pages.queue.rows import RUNNING, WAITING, QueueRow, Snapshot, in_order, snapshot
from core.engine import JobChanged, Notice, QueueChanged, job_glance
from core.errors import HangaError
from core.events import Event, Saved
from core.progress import Progress

GATHERED_MS: Final = 60
"""How long changes are gathered before they are shown: a thousand jobs may be added at once."""
PROGRESS_MS: Final = 250


class Watching(QObject):
    changed = Signal()
    """`rows` or `paused` are others."""
    moved = Signal()
    """`progress` is another."""
    saved = Signal(str)
    """A picture of that job is there."""

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._rows: dict[str, QueueRow] = {}
        self.rows: list[QueueRow] = []
        """In the order in which they are seen."""
        self.paused = False
        self.stopping: set[str] = set()
        """Jobs that run, and were asked to stop."""
        self.progress: Progress | None = None
        self._stale = self._reading = self._asking = False
        self._gathering = QTimer(self, singleShot=True, interval=GATHERED_MS)
        self._gathering.timeout.connect(self._gathered)
        self._timer = QTimer(self, interval=PROGRESS_MS)
        self._timer.timeout.connect(self._ask_progress)

    def read(self) -> None:
        """The whole queue is read again, in a moment."""
        self._stale = True
        self._gather()

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, QueueChanged):
            self.read()
        elif isinstance(notice, JobChanged):
            self._job_changed(notice)
        elif isinstance(notice, Saved):
            self._picture_saved(notice.job)
        elif isinstance(notice, Event):
            self._ask_progress()

    def watch(self, on: bool) -> None:
        """Whether anybody looks: only then progress is asked for."""
        if on:
            self._timer.start()
        else:
            self._timer.stop()

    def row(self, id: str) -> QueueRow | None:
        return self._rows.get(id)

    def _job_changed(self, notice: JobChanged) -> None:
        row = job_glance(notice.job)
        before = self._rows.get(row.id)
        if notice.stopping:
            self.stopping.add(row.id)
            return
        self.stopping.discard(row.id)
        if before is not None and row.state == WAITING and before.state != WAITING:
            self._stale = True  # Only the queue knows where it waits now.
        self._rows[row.id] = row
        self._gather()

    def _picture_saved(self, id: str) -> None:
        row = self._rows.get(id)
        if row is not None:
            self._rows[id] = replace(row, saved=min(row.saved + 1, row.count))
            self._gather()
        self.saved.emit(id)

    def _gather(self) -> None:
        if not self._gathering.isActive():
            self._gathering.start()

    def _gathered(self) -> None:
        if not self._stale:
            self._show()
        elif not self._reading:
            self._stale, self._reading = False, True
            self._thread.ask(snapshot, self._came, self._refused, BACKGROUND)

    def _came(self, found: Snapshot) -> None:
        self._reading = False
        self._rows = {row.id: row for row in found.rows}
        self.paused = found.paused
        self.stopping &= self._rows.keys()
        self._show()
        if self._stale:
            self._gather()

    def _refused(self, error: HangaError) -> None:
        """The database does not answer, which is told elsewhere; tried again with the next change."""
        self._reading = False

    def _show(self) -> None:
        self.rows = in_order(self._rows.values())
        if self.progress is not None and not self._runs(self.progress.job):
            self.progress = None
        self.changed.emit()

    def _runs(self, id: str) -> bool:
        row = self._rows.get(id)
        return row is not None and row.state == RUNNING

    def _ask_progress(self) -> None:
        runs = bool(self.rows) and self.rows[0].state == RUNNING
        if runs and self._timer.isActive() and not self._asking:
            self._asking = True
            self._thread.ask(lambda engine: engine.progress(), self._progressed, self._unanswered, BACKGROUND)

    def _progressed(self, progress: Progress | None) -> None:
        self._asking = False
        if progress is not None and self._runs(progress.job):
            self.progress = progress
            self.moved.emit()

    def _unanswered(self, error: HangaError) -> None:
        self._asking = False
