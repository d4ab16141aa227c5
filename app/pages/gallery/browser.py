"""Browser: the middle of the gallery. The search line, the pictures (or one of them, or the trash), the selection."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, HAIR, NEAR
from app.pages.gallery.large_view import LargeView
from app.pages.gallery.outline import Outline
from app.pages.gallery.progress_line import ProgressLine
from app.pages.gallery.search_bar import SearchBar
from app.pages.gallery.selection_bar import SelectionBar
from app.pages.gallery.trash_view import TrashView
from app.widgets.empty_state import EmptyState
from app.widgets.picture_grid import Carry, PictureGrid
from app.widgets.picture_model import Ask

Flag = QItemSelectionModel.SelectionFlag
TOUCHED: Final = 500
"""Marked pictures that those are told of who cannot see them."""


class Browser(QWidget):
    """`shown_changed`: another of its views is seen."""

    shown_changed = Signal()

    def __init__(self, atelier: Atelier, ask: Ask, carry: Carry) -> None:
        super().__init__()
        self._atelier = atelier
        self.outline = Outline(())
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = SearchBar(atelier)
        self.grid = PictureGrid(atelier, "gallery.grid", ask, carry)
        self.large, self.trash = LargeView(atelier), TrashView(atelier)
        self.nothing = EmptyState(atelier, "gallery", "window_gallery.waiting")
        self.selection = SelectionBar(atelier)
        self.adopting, self.doing = ProgressLine(atelier, "gallery.adopting"), ProgressLine(atelier, "gallery.doing")
        self._stack = QStackedWidget()
        for view in (self.grid, self.nothing, self.large, self.trash):
            self._stack.addWidget(view)
        self._stack.setCurrentWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(HAIR, APART, HAIR, APART)
        column.setSpacing(NEAR)
        # The grid has a margin of its own, for the rings around pictures; all else is in line with its pictures.
        column.addLayout(_aligned(self.search))
        column.addWidget(self._stack, 1)
        for widget in (self.adopting, self.doing, self.selection):
            column.addLayout(_aligned(widget))
        for view in (self.large, self.trash):
            view.setContentsMargins(APART, 0, APART, 0)
        self._stack.currentChanged.connect(self._changed)
        atelier.language.follow(self._say_count)

    @property
    def is_large(self) -> bool:
        return self._stack.currentWidget() is self.large

    @property
    def is_trash(self) -> bool:
        return self._stack.currentWidget() is self.trash

    def begin(self, outline: Outline) -> None:
        """The first pictures of another question, from the top."""
        self.grid.verticalScrollBar().setValue(0)
        self._show(outline)
        self.search.count.clear()

    def show_all(self, outline: Outline) -> None:
        self._show(outline)
        self._say_count()

    def show_nothing(self, code: str) -> None:
        """Why there is nothing to be seen."""
        self.nothing.show_sentence(code)
        if not self.is_trash:
            self._stack.setCurrentWidget(self.nothing)

    def show_grid(self) -> None:
        self._stack.setCurrentWidget(self.grid if len(self.outline) else self.nothing)
        (self.grid if len(self.outline) else self.nothing).setFocus()

    def show_large(self) -> None:
        self._stack.setCurrentWidget(self.large)
        self.large.setFocus()

    def show_trash(self) -> None:
        self._stack.setCurrentWidget(self.trash)

    def selected(self) -> list[int]:
        """Numbers of the pictures that something is to be done with."""
        if self.is_large and (current := self.grid.current()) is not None:
            return [int(current)]
        if self.is_trash:
            return []
        return [picture for rows in self.grid.selected_rows() for picture in self.outline.pictures(rows)]

    def go_to(self, picture: int) -> bool:
        """Select this picture alone and bring it into sight; False if it is not among those shown."""
        place = self.outline.place(picture)
        if place is not None:
            self.go_to_place(place)
        return place is not None

    def go_to_place(self, place: int) -> None:
        index = self.grid.pictures.index(place)
        self.grid.selectionModel().setCurrentIndex(index, Flag.ClearAndSelect)
        self.grid.scrollTo(index)

    def mark(self, pictures: list[int], rating: int | None = None, rejected: bool | None = None) -> None:
        """Show at once what the library will say in a moment."""
        self.outline.mark(pictures, rating, rejected)
        for place in map(self.outline.place, pictures[:TOUCHED]):
            if place is not None:
                self.grid.pictures.touch(place)
        self.grid.viewport().update()

    def _show(self, outline: Outline) -> None:
        self.outline = outline
        self.grid.show_pictures(outline)
        if len(outline) and self._stack.currentWidget() is self.nothing:
            self._stack.setCurrentWidget(self.grid)

    def _changed(self) -> None:
        self.search.setVisible(not self.is_large and not self.is_trash)
        self.selection.setVisible(self.grid.selected_count() > 0 and not self.is_trash)
        self.shown_changed.emit()

    def _say_count(self) -> None:
        self.search.count.setText(self._atelier.language.count("window_gallery.pictures", len(self.outline)))


def _aligned(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(APART, 0, APART, 0)
    row.addWidget(widget)
    return row
