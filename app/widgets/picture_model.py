"""PictureModel: pictures as Qt's views see them, over any sequence of them; and the thumbnails that came so far."""

from __future__ import annotations

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QImage

Index = QModelIndex | QPersistentModelIndex

REMEMBERED = 600
"""Thumbnails kept in memory: a few screens of them, about 100 MB at most."""
ASKED_AFTER_MS = 30
"""So that what flies past while scrolling is not asked for."""


@dataclass(frozen=True)
class PictureRow:
    """A picture by its identity, its size in pixels, and what is said of it. `words` are for who cannot see it."""

    identity: str
    width: int
    height: int
    rating: int = 0
    rejected: bool = False
    words: str = ""


class Album(Sequence[PictureRow]):
    """Very many pictures, which become rows only where one looks; and what all of them would have to be asked for."""

    @property
    @abstractmethod
    def ratios(self) -> Sequence[float]:
        """Width over height of each picture."""

    @abstractmethod
    def identity(self, row: int) -> str: ...

    @abstractmethod
    def find(self, identity: str) -> int | None:
        """Where a picture is."""

    @abstractmethod
    def where(self, places: Sequence[range], before: Album) -> list[range]:
        """Where pictures are that were at `places` of another album of the same kind; in order, those still there."""


Ask = Callable[[list[str]], None]
"""Takes the identities of the pictures whose thumbnails are wanted now, the most wanted first; earlier wishes are void.
Whoever is asked answers when it can, by `PictureModel.deliver`."""


def where(places: Sequence[range], before: Sequence[PictureRow], now: Sequence[PictureRow]) -> list[range]:
    """Where pictures of one sequence are in another."""
    if isinstance(now, Album) and isinstance(before, Album):
        return now.where(places, before)
    kept = {before[row].identity for rows in places for row in rows}
    return runs([row for row, picture in enumerate(now) if picture.identity in kept])


def runs(rows: Sequence[int]) -> list[range]:
    """Ascending numbers as ranges of those that follow each other."""
    if rows and rows[-1] - rows[0] == len(rows) - 1:
        return [range(rows[0], rows[-1] + 1)]
    firsts = [place for place in range(len(rows)) if place == 0 or rows[place] != rows[place - 1] + 1]
    return [range(rows[first], rows[end - 1] + 1) for first, end in pairwise([*firsts, len(rows)])]


class PictureModel(QAbstractListModel):
    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._rows: Sequence[PictureRow] = ()
        self.ratios: Sequence[float] = ()
        """Width over height of each picture."""
        self._ask = ask
        self._thumbnails: OrderedDict[str, QImage] = OrderedDict()
        self._wanted: list[int] = []
        self._numbers: dict[str, int] | None = None
        self._timer = QTimer(self, singleShot=True, interval=ASKED_AFTER_MS)
        self._timer.timeout.connect(self._ask_now)

    @property
    def rows(self) -> Sequence[PictureRow]:
        return self._rows

    def set_rows(self, rows: Sequence[PictureRow]) -> None:
        """All pictures, in their order. Thumbnails that are known stay."""
        self.beginResetModel()
        self._rows, self._numbers, self._wanted = rows, None, []
        self.ratios = rows.ratios if isinstance(rows, Album) else [row.width / max(row.height, 1) for row in rows]
        self.endResetModel()

    def replace_row(self, index: int, row: PictureRow) -> None:
        """Another rating, say; a picture of another shape wants `set_rows`."""
        self._rows = [*self._rows[:index], row, *self._rows[index + 1 :]]
        self.dataChanged.emit(self.index(index), self.index(index))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.words
        return row.identity if role == Qt.ItemDataRole.UserRole else None

    def identity(self, row: int) -> str:
        return self._rows.identity(row) if isinstance(self._rows, Album) else self._rows[row].identity

    def find(self, identity: str) -> int | None:
        """Where a picture is; None if it is not among these."""
        if isinstance(self._rows, Album):
            return self._rows.find(identity)
        if self._numbers is None:
            self._numbers = {row.identity: number for number, row in enumerate(self._rows)}
        return self._numbers.get(identity)

    def touch(self, row: int) -> None:
        """What is said of a picture of an album has changed."""
        self.dataChanged.emit(self.index(row), self.index(row))

    def thumbnail(self, row: int) -> QImage | None:
        """None if it has not come yet; a null image if there is none."""
        found = self._thumbnails.get(self.identity(row))
        if found is not None:
            self._thumbnails.move_to_end(self.identity(row))
        return found

    def want(self, rows: list[int]) -> None:
        """Which thumbnails are wanted now; asked for in a moment, those that are not there."""
        missing = [row for row in rows if self.identity(row) not in self._thumbnails]
        if missing != self._wanted:
            self._wanted = missing
            self._timer.start()

    def deliver(self, identity: str, thumbnail: QImage | None) -> None:
        """An answer; None where a picture has no thumbnail. Call it in the window's thread."""
        self._thumbnails[identity] = thumbnail or QImage()
        while len(self._thumbnails) > REMEMBERED:
            self._thumbnails.popitem(last=False)
        row = self._number(identity)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def _number(self, identity: str) -> int | None:
        """Where a picture is: looked for among what was asked for, where it nearly always is."""
        for row in self._wanted:
            if row < len(self._rows) and self.identity(row) == identity:
                return row
        return self.find(identity)

    def _ask_now(self) -> None:
        wanted = [self.identity(row) for row in self._wanted if row < len(self._rows)]
        if wanted:
            self._ask(wanted)
