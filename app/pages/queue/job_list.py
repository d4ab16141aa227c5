"""JobList: the list of jobs, in which waiting ones are dragged to another place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QListView

from app.atelier import Atelier
from app.pages.queue.model import JOBS, QueueModel
from app.pages.queue.rows import RUNNING, WAITING, QueueRow
from app.widgets.entry_list import EntryList


class JobList(EntryList):
    """`dropped` tells the ids that were dragged, and before which one they come: "" for last."""

    dropped = Signal(list, str)

    def __init__(self, atelier: Atelier, model: QueueModel) -> None:
        super().__init__(atelier, "queue.list", "window_queue.list", model)
        self._jobs = model
        self.setDragDropMode(QListView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        if event.mimeData().hasFormat(JOBS):
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """The engine moves them; the model follows it. Qt would move rows of the model."""
        if event.mimeData().hasFormat(JOBS):
            ids = bytes(event.mimeData().data(JOBS).data()).decode().split()
            self.drop(ids, event.position().toPoint())
        event.ignore()
        self.setState(QListView.State.NoState)
        self.viewport().update()

    def drop(self, ids: Sequence[str], at: QPoint) -> None:
        follower = follower_at(self._jobs.rows, self._gap(at))
        self.dropped.emit(list(ids), follower or "")

    def _gap(self, at: QPoint) -> int:
        """How many rows lie above the gap that is nearest."""
        index: QModelIndex = self.indexAt(at)
        if not index.isValid():
            return len(self._jobs.rows)
        return index.row() + (at.y() > self.visualRect(index).center().y())


def follower_at(rows: Sequence[QueueRow], gap: int) -> str | None:
    """The waiting job that comes next after a gap; None where all that wait lie above it. What is dropped above the
    running job comes first among those that wait."""
    below = rows[gap:]
    if not below or below[0].state not in (WAITING, RUNNING):
        return None
    return next((row.id for row in below if row.state == WAITING), None)
