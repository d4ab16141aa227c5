"""QueueModel: the rows of the queue as a list sees them, and those of one kind alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QMimeData, Qt

from app.language import Language
from app.pages.queue.pictures import LastPictures
from app.pages.queue.rows import ENDED, RUNNING, STUCK, WAITING, QueueRow
from app.pages.queue.watching import Watching
from app.pages.queue.wording import entry_of
from app.widgets.entry_list import ENTRY, IDENTITY, Entries, Index
from app.widgets.entry_painter import Entry

ALL: Final = "all"
COMING: Final = "coming"
LOOK: Final = "look"
OVER: Final = "over"
KINDS: Final[dict[str, tuple[str, ...]]] = {
    ALL: (),
    COMING: (RUNNING, WAITING),
    LOOK: STUCK,
    OVER: ENDED,
}
"""What can be seen alone, by the states of it."""

JOBS: Final = "application/x-hanga-jobs"


class QueueModel(Entries):
    def __init__(self, language: Language, watching: Watching, pictures: LastPictures) -> None:
        super().__init__()
        self._language, self._watching, self._pictures = language, watching, pictures
        self._rows: Sequence[QueueRow] = ()
        self._kind = ALL
        self._numbers: dict[str, int] = {}
        watching.moved.connect(self._moved)
        pictures.came.connect(self._renewed)
        language.changed.connect(self._all_changed)

    @property
    def rows(self) -> Sequence[QueueRow]:
        return self._rows

    def differs(self, kind: str) -> bool:
        """Whether others, or in another order, are to be shown than are."""
        return self._ids(self._of_kind(kind)) != self._ids(self._rows)

    def show_kind(self, kind: str) -> None:
        """The rows that are there now, of one of `KINDS`."""
        if self.differs(kind):
            self.beginResetModel()
            self._take(kind)
            self.endResetModel()
        else:
            self._take(kind)
            self._all_changed()

    def number(self, identity: str) -> int | None:
        return self._numbers.get(identity)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == IDENTITY:
            return row.id
        if role == ENTRY:
            return self._entry(row, self._pictures.of(row.id) if row.saved else None)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._entry(row, None).words
        return self._entry(row, None).line if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid():
            return usual | Qt.ItemFlag.ItemIsDragEnabled if self._rows[index.row()].state == WAITING else usual
        return Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        return [JOBS]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        ids = [self._rows[row].id for row in sorted(index.row() for index in indexes)]
        data = QMimeData()
        data.setData(JOBS, " ".join(ids).encode())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def _entry(self, row: QueueRow, picture: Any) -> Entry:
        progress = self._watching.progress
        mine = progress if progress is not None and progress.job == row.id else None
        return entry_of(self._language, row, picture, mine, row.id in self._watching.stopping)

    def _of_kind(self, kind: str) -> Sequence[QueueRow]:
        states = KINDS[kind]
        return [row for row in self._watching.rows if row.state in states] if states else self._watching.rows

    def _take(self, kind: str) -> None:
        self._rows, self._kind = self._of_kind(kind), kind
        self._numbers = {row.id: number for number, row in enumerate(self._rows)}

    def _ids(self, rows: Sequence[QueueRow]) -> list[str]:
        return [row.id for row in rows]

    def _moved(self) -> None:
        if self._watching.progress is not None:
            self._renewed(self._watching.progress.job)

    def _renewed(self, job: str) -> None:
        number = self._numbers.get(job)
        if number is not None:
            self.dataChanged.emit(self.index(number), self.index(number))

    def _all_changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
