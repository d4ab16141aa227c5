"""PictureGrid: a library of pictures in rows, each in its own shape. Only what is seen is ever drawn or asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QPoint,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPaintEvent, QPixmap, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle

from app.atelier import Atelier
from app.look.metrics import APART, NEAR
from app.widgets.picture_model import Ask, Index, PictureModel, PictureRow, runs, where
from app.widgets.picture_painter import PicturePainter
from app.widgets.rows import Rows

HEIGHTS = (96, 128, 168, 224, 300)
"""Of a row, in logical pixels. Ctrl and the wheel, or + and -, go from one to the next."""
USUAL = 2
DRAGGED = QSize(160, 120)

Carry = Callable[[list[str]], QMimeData | None]
"""Identities of pictures → what a drag takes along; None when nothing can be dragged."""

Cursor = QAbstractItemView.CursorAction
MOVING: Final = {
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
}


class PictureGrid(QListView):
    """Arrows select, with Shift more and more, with Ctrl they only move; Ctrl and Space add or take away, Return or
    Space opens; the mouse does as usual."""

    opened = Signal(str)
    selection_changed = Signal()
    current_changed = Signal(str)

    def __init__(self, atelier: Atelier, name: str, ask: Ask, carry: Carry) -> None:
        super().__init__()
        self._atelier, self._carry, self._zoom = atelier, carry, USUAL
        self._painter = PicturePainter(atelier)
        self._rows = Rows((), 1, HEIGHTS[USUAL], NEAR)
        self.pictures = PictureModel(ask)
        self.setObjectName(name)
        self.setProperty("role", "bare")
        self.setModel(self.pictures)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMinimumSize(240, 160)
        self.activated.connect(lambda index: self.opened.emit(self._identity(index.row())))
        atelier.look.changed.connect(self.viewport().update)
        atelier.language.follow(self._say)

    def selected(self) -> list[str]:
        """Identities of the selected pictures, in the order of the grid."""
        return [self._identity(row) for rows in self.selected_rows() for row in rows]

    def selected_rows(self) -> list[range]:
        """Where the selected pictures are, in order: a few ranges, however many they are."""
        ranges = ((each.top(), each.bottom()) for each in self.selectionModel().selection().toList())
        return [range(first, last + 1) for first, last in sorted(ranges)]

    def selected_count(self) -> int:
        return sum(each.height() for each in self.selectionModel().selection().toList())

    def current(self) -> str | None:
        index = self.currentIndex()
        return self._identity(index.row()) if index.isValid() else None

    def selectAll(self) -> None:
        """As one range: Qt would ask for every picture."""
        chosen = QItemSelection()
        if len(self._rows):
            chosen.select(self.model().index(0, 0), self.model().index(len(self._rows) - 1, 0))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def select(self, identities: Iterable[str]) -> None:
        """These and no others, those of them that are here."""
        self._select(runs(sorted(row for row in map(self.pictures.find, identities) if row is not None)))

    def show_pictures(self, rows: Sequence[PictureRow]) -> None:
        """Other pictures, or the same ones after a change: what is still there stays selected, and where it was."""
        before, selected = self.pictures.rows, self.selected_rows()
        current, top = self.current(), self._uppermost()
        with QSignalBlocker(self):
            self.pictures.set_rows(rows)
            self._select(where(selected, before, rows))
            row = None if current is None else self.pictures.find(current)
            if row is not None:
                self.selectionModel().setCurrentIndex(
                    self.pictures.index(row), QItemSelectionModel.SelectionFlag.NoUpdate
                )
        if top is not None:
            self._put_back(*top)
        self.selection_changed.emit()

    def zoom_by(self, steps: int) -> None:
        """Larger or smaller thumbnails; the picture in the middle stays in sight."""
        zoom = min(max(self._zoom + steps, 0), len(HEIGHTS) - 1)
        if zoom != self._zoom:
            self._zoom = zoom
            self._arrange()

    def reset(self) -> None:
        super().reset()
        self._arrange()

    def doItemsLayout(self) -> None:
        """Qt asks for it after every change of data; rows depend on shapes and width alone, and are arranged there."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows depend on the width alone; where only the height changes, pictures stay where they are."""
        QAbstractItemView.resizeEvent(self, event)
        if event.size().width() != event.oldSize().width():
            self._arrange()
        else:
            self.updateGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """QListView would move what it laid out itself, which is nothing."""
        self.viewport().update()

    def updateGeometries(self) -> None:
        bar, seen = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(seen)
        bar.setSingleStep(HEIGHTS[self._zoom] // 3)
        bar.setRange(0, max(round(self._rows.total) + 2 * APART - seen, 0))

    def visualRect(self, index: Index) -> QRect:
        if not index.isValid() or index.row() >= len(self._rows):
            return QRect()
        place = self._rows.place(index.row())
        left, right = round(place.x), round(place.x + place.width)
        top, bottom = round(place.y), round(place.y + place.height)
        return QRect(left + APART, top + APART - self.verticalOffset(), right - left, bottom - top)

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._rows.at(point.x() - APART, point.y() - APART + self.verticalOffset())
        return self.model().index(row, 0) if row is not None else QModelIndex()

    def scrollTo(self, index: Index, hint: QListView.ScrollHint = QListView.ScrollHint.EnsureVisible) -> None:
        rect, bar, seen = self.visualRect(index), self.verticalScrollBar(), self.viewport().height()
        if rect.isEmpty():
            return
        if hint == QListView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - seen // 2)
        elif rect.top() < APART:
            bar.setValue(bar.value() + rect.top() - APART)
        elif rect.bottom() > seen - APART:
            bar.setValue(bar.value() + rect.bottom() - seen + APART)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def moveCursor(self, action: Cursor, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        count, row = len(self._rows), self.currentIndex().row()
        if not count:
            return QModelIndex()
        if row < 0:  # the keys come from nowhere: they begin at the first picture
            return self.model().index(count - 1 if action == Cursor.MoveEnd else 0, 0)
        page = max(int(self.viewport().height() / (HEIGHTS[self._zoom] + NEAR)) - 1, 1)
        downward = {
            Cursor.MoveUp: -1,
            Cursor.MoveDown: 1,
            Cursor.MovePageUp: -page,
            Cursor.MovePageDown: page,
        }
        if action in downward:
            row = self._rows.above_or_below(row, downward[action])
        else:
            row = {Cursor.MoveHome: 0, Cursor.MoveEnd: count - 1}.get(action, row + _sideward(action))
        return self.model().index(min(max(row, 0), count - 1), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """What a frame drawn by the mouse touches; between two pictures, all from one to the other."""
        first, last = self.indexAt(rect.topLeft()), self.indexAt(rect.bottomRight())
        chosen = QItemSelection()
        if self.state() != QListView.State.DragSelectingState and first.isValid() and last.isValid():
            ends = sorted((first.row(), last.row()))
            chosen.select(self.model().index(ends[0], 0), self.model().index(ends[1], 0))
        else:
            for row in self._rows.between(*(y - APART + self.verticalOffset() for y in (rect.top(), rect.bottom()))):
                index = self.model().index(row, 0)
                if self.visualRect(index).intersects(rect.normalized()):
                    chosen.select(index, index)
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for row in self._seen():
            index = self.model().index(row, 0)
            if selection.contains(index):
                region += self.visualRect(index)
        return region

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.selection_changed.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        if current.isValid():
            self.current_changed.emit(self._identity(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        zoom = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}.get(Qt.Key(event.key()), 0)
        if zoom:
            self.zoom_by(zoom)
        elif event.key() == Qt.Key.Key_Space and not event.modifiers() and (current := self.current()) is not None:
            self.opened.emit(current)
        elif event.text() and not event.text().isspace() and not event.modifiers():
            event.ignore()
        else:
            before = self.currentIndex().row()
            super().keyPressEvent(event)
            if event.key() in MOVING and self.currentIndex().row() == before:
                self._select_where_it_is(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Out to any program: the page says what the pictures are taken along as."""
        taken = self._carry(self.selected())
        if taken is not None:
            drag = QDrag(self)
            drag.setMimeData(taken)
            drag.setPixmap(self._dragged())
            drag.exec(Qt.DropAction.CopyAction)

    def paintEvent(self, event: QPaintEvent) -> None:
        seen = self._seen()
        self.pictures.want(self._wanted(seen))
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        pointed = self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos())).row()
        for row in seen:
            index = self.model().index(row, 0)
            rect = self.visualRect(index)
            if rect.adjusted(-NEAR, -NEAR, NEAR, NEAR).intersects(event.rect()):
                self._painter.paint(
                    painter,
                    rect,
                    self.pictures.rows[row],
                    self.pictures.thumbnail(row),
                    self._state(index, pointed == row),
                )
        painter.end()

    def _state(self, index: QModelIndex, pointed: bool) -> QStyle.StateFlag:
        state = QStyle.StateFlag.State_None
        if self.selectionModel().isSelected(index):
            state |= QStyle.StateFlag.State_Selected
        if index == self.currentIndex() and self.hasFocus():
            state |= QStyle.StateFlag.State_HasFocus
        return state | QStyle.StateFlag.State_MouseOver if pointed else state

    def _arrange(self) -> None:
        """Rows anew for the width there is; the picture that was uppermost stays in sight."""
        seen = self._seen()
        anchor, count = (seen[0] if seen and self.verticalOffset() > 0 else None), len(self.pictures.rows)
        self._rows = Rows(self.pictures.ratios, self.viewport().width() - 2 * APART, HEIGHTS[self._zoom], NEAR)
        self.updateGeometries()
        if anchor is not None and anchor < count:
            self.verticalScrollBar().setValue(round(self._rows.place(anchor).y))
        self.viewport().update()

    def _select_where_it_is(self, event: QKeyEvent) -> None:
        """Qt selects what a key goes to only if that is another picture: not one that is alone, or at the edge."""
        current = self.currentIndex()
        command = self.selectionCommand(current, event)
        if current.isValid() and not self.selectionModel().isSelected(current):
            self.selectionModel().select(current, command)

    def _select(self, ranges: Iterable[range]) -> None:
        chosen = QItemSelection()
        for rows in ranges:
            chosen.append(QItemSelectionRange(self.pictures.index(rows[0]), self.pictures.index(rows[-1])))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _uppermost(self) -> tuple[str, float] | None:
        """The picture that is seen first, and how far its row is out of sight; None at the very top."""
        seen = self._seen()
        if not seen or self.verticalOffset() == 0:
            return None
        return self._identity(seen[0]), self.verticalOffset() - self._rows.place(seen[0]).y

    def _put_back(self, identity: str, out_of_sight: float) -> None:
        row = self.pictures.find(identity)
        if row is not None:
            self.verticalScrollBar().setValue(round(self._rows.place(row).y + out_of_sight))

    def _seen(self) -> range:
        top = self.verticalOffset() - APART
        rows = self._rows.between(top, top + self.viewport().height())
        return range(rows.start, min(rows.stop, len(self.pictures.rows)))

    def _wanted(self, seen: range) -> list[int]:
        """What is seen, then one screen below and one above."""
        ahead, count = max(len(seen), 8), len(self.pictures.rows)
        below = range(seen.stop, min(seen.stop + ahead, count))
        return [*seen, *below, *range(max(seen.start - ahead, 0), seen.start)]

    def _identity(self, row: int) -> str:
        return self.pictures.identity(row)

    def _dragged(self) -> QPixmap:
        thumbnail = self.pictures.thumbnail(max(self.currentIndex().row(), 0))
        if thumbnail is None or thumbnail.isNull():
            return self._atelier.look.icon("gallery").pixmap(QSize(32, 32))
        return QPixmap.fromImage(
            thumbnail.scaled(DRAGGED, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window.grid.name"))
        self.setAccessibleDescription(self._atelier.language.say("window.grid.help"))


def _sideward(action: Cursor) -> int:
    if action in (Cursor.MoveLeft, Cursor.MovePrevious):
        return -1
    return 1 if action in (Cursor.MoveRight, Cursor.MoveNext) else 0
