"""ShapeSheet: every shape the model was trained on, from tall to wide, and a size of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import GROUP, HAIR, NEAR
from app.widgets.buttons import IconButton
from app.widgets.flow_layout import FlowLayout
from app.widgets.number_field import NumberBox
from app.widgets.shape_button import ShapeButton
from app.widgets.shapes import Limits, grouped, names
from app.widgets.words import Words
from core.request import Size

WIDTH, HEIGHT = 500, 560


class ShapeSheet(QFrame):
    """Sizes to choose from. `set_size` shows the current one; a free size is moved to the nearest that is allowed."""

    size_chosen = Signal(int, int)
    favourite_toggled = Signal(int, int)

    def __init__(self, atelier: Atelier, name: str, sizes: Iterable[Size], limits: Limits) -> None:
        super().__init__()
        self._atelier, self._limits, self._size = atelier, limits, (limits.least, limits.least)
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._group = QButtonGroup(self)
        self._sides = self._side(f"{name}.width", "width"), self._side(f"{name}.height", "height")
        self._swap = IconButton(atelier, f"{name}.swap", "swap", "window.shape.swap")
        self._star = IconButton(atelier, f"{name}.favourite", "star", "window.shape.keep")
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(NEAR)
        column.addWidget(self._all(sizes))
        column.addLayout(self._free())
        self._group.buttonClicked.connect(self._pressed)
        self._swap.clicked.connect(lambda: self.size_chosen.emit(self._size[1], self._size[0]))
        self._star.clicked.connect(lambda: self.favourite_toggled.emit(*self._size))
        atelier.language.follow(self._say)

    def set_size(self, size: Size, *, favourite: bool) -> None:
        self._size = size
        for box, value in zip(self._sides, size, strict=True):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self._star.show_as(*(("star-filled", "window.shape.drop") if favourite else ("star", "window.shape.keep")))
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(isinstance(button, ShapeButton) and button.shape_size == size)
        self._group.setExclusive(True)

    def _all(self, sizes: Iterable[Size]) -> QWidget:
        inside, scroll = QWidget(), QScrollArea()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, NEAR, 0)
        column.setSpacing(HAIR)
        called = names(sizes)
        for group, members in grouped(called):
            column.addWidget(Words(self._atelier, f"window.shape.{group}", "heading"))
            flow = FlowLayout(spacing=HAIR)
            for size in members:
                button = ShapeButton(self._atelier, self.objectName(), size, called[size], with_pixels=True)
                button.focused.connect(partial(scroll.ensureWidgetVisible, button))
                self._group.addButton(button)
                flow.addWidget(button)
            column.addLayout(flow)
            column.addSpacing(HAIR)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        for pane in (scroll.viewport(), inside):
            pane.setAutoFillBackground(False)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return scroll

    def _side(self, name: str, which: str) -> NumberBox:
        box = NumberBox(name, self._limits.least, self._limits.most, self._limits.step, quiet=False)
        box.editingFinished.connect(self._typed)
        return box

    def _free(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(NEAR)
        row.addWidget(Words(self._atelier, "window.shape.free", "dim"))
        row.addWidget(self._sides[0])
        row.addWidget(self._swap)
        row.addWidget(self._sides[1])
        row.addStretch()
        row.addWidget(self._star)
        return row

    def _typed(self) -> None:
        size = self._limits.snap(self._sides[0].value()), self._limits.snap(self._sides[1].value())
        if size != self._size:
            self.size_chosen.emit(*size)

    def _pressed(self, button: ShapeButton) -> None:
        self.size_chosen.emit(*button.shape_size)

    def _say(self) -> None:
        for box, side in zip(self._sides, ("width", "height"), strict=True):
            box.setAccessibleName(self._atelier.language.say(f"window.shape.{side}"))
            box.setToolTip(self._atelier.language.say("window.shape.snaps", step=self._limits.step))
