"""ComparePage: two to four pictures side by side, zoomed and moved as one, and where their settings differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.background import Background
from app.engine_thread import EngineThread
from app.look.metrics import APART, HAIR, NEAR
from app.pages.compare.difference_table import DifferenceTable
from app.pages.compare.fetching import Fetching
from app.pages.compare.pane import Pane
from app.pages.compare.recipes import differences, made_with
from app.pages.gallery.about import About
from app.pages.gallery.deeds import Deeds
from app.widgets.buttons import IconButton, TextButton
from app.widgets.in_step import InStep
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.words import Words
from core.engine import Notice, Opening, PicturesChanged

MOST: Final = 4


class ComparePage(QWidget):
    """`left`: the artist goes back. `say`: a sentence by code and data; `done`: of something that `undo` takes back."""

    left = Signal()
    say = Signal(str, dict)
    done = Signal(str, dict)

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier = atelier
        self._abouts: list[About] = []
        self._images: dict[int, QImage] = {}
        self.setObjectName("compare")
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._fetching, self._deeds = Fetching(thread, Background(self)), Deeds(thread)
        self.panes = [Pane(atelier, f"compare.{place}") for place in range(1, MOST + 1)]
        self._in_step = InStep([pane.canvas for pane in self.panes], self)
        self.slider = PictureCanvas(atelier, "compare.slider")
        self.table = DifferenceTable(atelier, "compare.differences")
        self._title = Words(atelier, "window_compare.title", "title", number=0)
        self._over = TextButton(atelier, "compare.over", "window_compare.over", "outlined", icon="before-after")
        self.buttons = {
            "back": IconButton(atelier, "compare.back", "gallery", "window_compare.back"),
            "table": IconButton(atelier, "compare.table", "info", "window_compare.table", checkable=True),
            "fit": IconButton(atelier, "compare.fit", "fit", "window_compare.fit"),
            "pixels": IconButton(atelier, "compare.pixels", "one-to-one", "window_compare.pixels"),
        }
        self._stack, self._grid = QStackedWidget(), QGridLayout()
        self._lay_out()
        self._connect()
        atelier.language.follow(self._say)

    @property
    def pictures(self) -> list[int]:
        """Numbers of those that are compared."""
        return [about.picture.id for about in self._abouts]

    @property
    def slides(self) -> bool:
        """Whether two pictures are seen in one place, with a line between them."""
        return self._stack.currentWidget() is self.slider

    def show_pictures(self, pictures: Sequence[int]) -> None:
        """Two to four, by their numbers."""
        self._images = {}
        self._stack.setCurrentIndex(0)
        self._fetching.ask(pictures[:MOST])

    def opened(self, opening: Opening) -> None:
        """Nothing is compared before somebody chooses pictures."""

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, PicturesChanged) and self._abouts and self.isVisible():
            self._changed()

    def undo(self) -> None:
        self._deeds.undo()

    def redo(self) -> None:
        self._deeds.redo()

    def toggle_slider(self) -> None:
        """Side by side, or in one place."""
        if len(self._abouts) == 2:
            self._stack.setCurrentIndex(0 if self.slides else 1)
            (self.slider if self.slides else self.panes[0]).setFocus()
            self._show_slider_button()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        acts = {
            Qt.Key.Key_Escape: self.left.emit,
            Qt.Key.Key_S: self.toggle_slider,
            Qt.Key.Key_I: self.buttons["table"].toggle,
            Qt.Key.Key_Z: self._canvas.toggle_pixels,
        }
        act = acts.get(Qt.Key(event.key()))
        if act is None or event.modifiers():
            super().keyPressEvent(event)
        else:
            act()

    @property
    def _canvas(self) -> PictureCanvas:
        """The one that leads the others."""
        return self.slider if self.slides else self.panes[0].canvas

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(HAIR)
        row.addWidget(self.buttons["back"])
        row.addSpacing(NEAR)
        row.addWidget(self._title, 1)
        row.addWidget(self._over)
        for name in ("table", "fit", "pixels"):
            row.addWidget(self.buttons[name])
        beside = QWidget()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(NEAR)
        beside.setLayout(self._grid)
        for place, pane in enumerate(self.panes):
            pane.number.setText(str(place + 1))
        self._arrange()
        self._stack.addWidget(beside)
        self._stack.addWidget(self.slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(APART, APART, APART, APART)
        column.setSpacing(NEAR)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        column.addWidget(self.table)
        self.buttons["table"].setChecked(True)
        self.setFocusProxy(self.panes[0])

    def _connect(self) -> None:
        self._fetching.known.connect(self._known)
        self._fetching.image.connect(self._came)
        self._fetching.said.connect(self.say)
        self._deeds.said.connect(self.say)
        self._deeds.done.connect(self.done)
        self._deeds.changed.connect(self._changed)
        self.buttons["back"].clicked.connect(self.left)
        self._over.clicked.connect(self.toggle_slider)
        self.buttons["table"].toggled.connect(self.table.setVisible)
        self.buttons["fit"].clicked.connect(lambda: self._canvas.fit())
        self.buttons["pixels"].clicked.connect(lambda: self._canvas.show_pixels())
        for place, pane in enumerate(self.panes):
            pane.rated.connect(partial(self._rate, place))
            pane.rejected.connect(partial(self._reject, place))
            pane.stepped.connect(partial(self._step, place))

    def _known(self, abouts: list[About]) -> None:
        self._abouts = abouts
        for place, pane in enumerate(self.panes):
            pane.setVisible(place < len(abouts))
        for pane, about in zip(self.panes, abouts, strict=False):
            pane.show_about(about)
        self._arrange()
        self._say()
        if len(abouts) < 2:
            self.left.emit()

    def _came(self, place: int, image: QImage) -> None:
        self._images[place] = image
        self.panes[place].show_image(image)
        first, second = (self._images.get(each, QImage()) for each in (0, 1))
        if len(self._abouts) == 2 and not (first.isNull() or second.isNull()):
            self.slider.compare(first, second, ("1", "2"))

    def _arrange(self) -> None:
        """In a row, or four in two rows where they are larger so."""
        ratios = [about.picture.width / about.picture.height for about in self._abouts]
        room = self._stack.width() / max(self._stack.height(), 1)
        columns = columns_for(ratios, room)
        for place, pane in enumerate(self.panes):
            self._grid.addWidget(pane, place // columns, place % columns)
        for line in range(MOST):
            self._grid.setColumnStretch(line, int(line < min(columns, len(ratios))))
            self._grid.setRowStretch(line, int(line * columns < len(ratios)))

    def _step(self, place: int, by: int) -> None:
        self.panes[(place + by) % max(len(self._abouts), 1)].setFocus()

    def _rate(self, place: int, rating: int) -> None:
        self._deeds.rate(self.pictures[place : place + 1], rating)

    def _reject(self, place: int, rejected: bool) -> None:
        self._deeds.reject(self.pictures[place : place + 1], rejected)

    def _changed(self) -> None:
        """What is said of the pictures, without the pictures themselves."""
        self._fetching.refresh(self.pictures)

    def _show_slider_button(self) -> None:
        code = "window_compare.beside" if self.slides else "window_compare.over"
        self._over.show_as("compare" if self.slides else "before-after", code)
        self._over.setVisible(len(self._abouts) == 2)

    def _say(self) -> None:
        language = self._atelier.language
        self._title.show_sentence("window_compare.title", number=len(self._abouts))
        self._show_slider_button()
        made = [made_with(about) for about in self._abouts]
        self.table.show_differences(differences(made, language), [str(place) for place, _ in enumerate(made, 1)])


def columns_for(ratios: Sequence[float], room: float) -> int:
    """How many pictures of these shapes, width over height, stand beside each other in a room of the shape `room` so
    that the one that is seen smallest is as large as can be: all of them, or half of four."""

    def smallest(columns: int) -> float:
        width, height = room / columns, 1 / (len(ratios) / columns)
        return min(min(width / ratio, height) ** 2 * ratio for ratio in ratios)

    return 2 if len(ratios) == MOST and smallest(2) > smallest(MOST) else MOST
