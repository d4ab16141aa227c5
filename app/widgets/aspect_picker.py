"""AspectPicker: the shape of the picture. Favourites in a row; all others, and free sizes, one click away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.widgets.buttons import IconButton
from app.widgets.popups import below
from app.widgets.shape_button import ShapeButton
from app.widgets.shape_sheet import HEIGHT, WIDTH, ShapeSheet
from app.widgets.shapes import Limits, names, tall_to_wide, trained_sizes, usual_favourites
from app.widgets.words import Words
from core.request import Size

Favourites = Mapping[str, Sequence[Size]]
"""By the size and grid that a model was trained on ("1024x1024/64"), in the order in which they were chosen."""

SHOWN = 7
"""Shapes in the row."""


class AspectPicker(QWidget):
    """The size of the picture, (width, height) in pixels."""

    size_changed = Signal(int, int)
    favourites_changed = Signal(object)
    """Favourites: those of all models."""

    def __init__(self, atelier: Atelier, name: str = "shape", native: Size = (1024, 1024)) -> None:
        super().__init__()
        self._atelier, self._size = atelier, native
        self._native, self._limits = native, Limits()
        self._favourites: list[Size] = []
        self._chosen: dict[str, tuple[Size, ...]] = {}
        """Favourites that are not the usual ones."""
        self._sheet: ShapeSheet | None = None
        self.setObjectName(name)
        self._row = QHBoxLayout()
        self._row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._pressed)
        self._more = QPushButton()
        self._more.setObjectName(f"{name}.more")
        self._swap = IconButton(atelier, f"{name}.swap", "swap", "window.shape.swap")
        self._more.clicked.connect(self.show_all)
        self._swap.clicked.connect(self.swap)
        self._lay_out()
        self.set_model(native, self._limits)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    @property
    def size_in_pixels(self) -> Size:
        return self._size

    def set_model(self, native: Size, limits: Limits) -> None:
        """What the model was trained on, and the grid its sizes lie on. The shape stays, the size follows."""
        self._native, self._limits = native, limits
        self._favourites = list(self._chosen.get(self._kind, usual_favourites(native, limits.step)))
        self._sheet = None
        self.set_size(native)

    def set_favourites(self, favourites: Favourites) -> None:
        """Those that were chosen at another time."""
        self._chosen = {kind: tuple(sizes) for kind, sizes in favourites.items()}
        self._favourites = list(self._chosen.get(self._kind, self._favourites))
        self._fill()

    def set_size(self, size: Size) -> None:
        """Any size; it is moved to the nearest that is allowed."""
        snapped = self._limits.snap(size[0]), self._limits.snap(size[1])
        changed, self._size = snapped != self._size, snapped
        self._fill()
        self._say()
        if changed:
            self.size_changed.emit(*snapped)

    @property
    def _kind(self) -> str:
        return f"{self._native[0]}x{self._native[1]}/{self._limits.step}"

    def swap(self) -> None:
        """Tall becomes wide."""
        self.set_size((self._size[1], self._size[0]))

    def show_all(self) -> None:
        """Opens the sheet of all shapes below the row."""
        sheet = self.sheet()
        sheet.resize(WIDTH, HEIGHT)
        below(sheet, self._more)

    def sheet(self) -> ShapeSheet:
        """All shapes, for the current model."""
        if self._sheet is None:
            sizes = trained_sizes(self._native, self._limits.step)
            self._sheet = ShapeSheet(self._atelier, f"{self.objectName()}.all", sizes, self._limits)
            self._sheet.size_chosen.connect(lambda width, height: self.set_size((width, height)))
            self._sheet.favourite_toggled.connect(lambda width, height: self._toggle((width, height)))
            self._show_in_sheet()
        return self._sheet

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Words(self._atelier, "window.shape.name", "heading"))
        head.addStretch()
        head.addWidget(self._swap)
        head.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        column.addLayout(head)
        column.addLayout(self._row)

    def _fill(self) -> None:
        """The row anew: favourites, and the current size among them."""
        wanted = self._favourites[:SHOWN]
        if self._size not in wanted:
            wanted = [*wanted[: SHOWN - 1], self._size]
        called = names(trained_sizes(self._native, self._limits.step), wanted)
        had_focus = any(button.hasFocus() for button in self._group.buttons())
        if sorted(wanted, key=tall_to_wide) != [button.shape_size for button in self._buttons()]:
            self._rebuild(sorted(wanted, key=tall_to_wide), called)
        for button in self._buttons():
            button.call(called[button.shape_size])
            button.setChecked(button.shape_size == self._size)
            if had_focus and button.isChecked():
                button.setFocus()
        self._show_in_sheet()

    def _buttons(self) -> list[ShapeButton]:
        return [button for button in self._group.buttons() if isinstance(button, ShapeButton)]

    def _rebuild(self, sizes: list[Size], called: Mapping[Size, str]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        for size in sizes:
            button = ShapeButton(self._atelier, self.objectName(), size, called[size])
            self._group.addButton(button)
            self._row.addWidget(button)
            button.show()

    def _show_in_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.set_size(self._size, favourite=self._size in self._favourites)

    def _toggle(self, size: Size) -> None:
        if size in self._favourites:
            self._favourites.remove(size)
        else:
            self._favourites.insert(0, size)
        self._chosen[self._kind] = tuple(self._favourites)
        self._fill()
        self.favourites_changed.emit(dict(self._chosen))

    def _pressed(self, button: ShapeButton) -> None:
        self.set_size(button.shape_size)

    def _dress(self) -> None:
        self._more.setIcon(self._atelier.look.icon("chevron-down"))
        self._more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

    def _say(self) -> None:
        width, height = self._size
        self._more.setText(f"{width} × {height}")
        self._more.setAccessibleName(self._atelier.language.say("window.shape.more", width=width, height=height))
