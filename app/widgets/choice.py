"""Choice: one of several things, each with a line that says what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.icons import paint_icon
from app.look.metrics import HAIR, NEAR
from app.widgets.painting import painting

ARROW = 16


@dataclass(frozen=True)
class Option:
    """`value` is what the program knows, `words` what people read: a name such as "DPM++ 2M", the same everywhere.

    `code` is the sentence that says what it is; empty for none.
    """

    value: str
    words: str
    code: str = ""


class Choice(QWidget):
    """Options under the name `code`, with the sentence of the chosen one below."""

    chosen = Signal(str)

    def __init__(self, atelier: Atelier, name: str, code: str, options: Sequence[Option]) -> None:
        super().__init__()
        self._atelier, self._code, self._options = atelier, code, list(options)
        self.setObjectName(name)
        self._title, self.box, self._help = QLabel(), ChoiceBox(atelier, f"{name}.box"), QLabel()
        self._title.setProperty("role", "dim")
        self._title.setBuddy(self.box)
        self._help.setProperty("role", "caption")
        self._help.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        for widget in (self._title, self.box, self._help):
            column.addWidget(widget)
        for option in self._options:
            self.box.addItem(option.words)
        self.setFocusProxy(self.box)
        self.box.currentIndexChanged.connect(self._changed)
        atelier.language.follow(self._say)

    @property
    def value(self) -> str:
        return self._options[self.box.currentIndex()].value

    def choose(self, value: str) -> None:
        """A value that is not among the options is a bug: ValueError."""
        self.box.setCurrentIndex([option.value for option in self._options].index(value))

    def _changed(self, index: int) -> None:
        self._say()
        self.chosen.emit(self._options[index].value)

    def _say(self) -> None:
        say = self._atelier.language.say
        self._title.setText(say(self._code))
        code = self._options[self.box.currentIndex()].code
        self._help.setText(say(code) if code else "")
        self._help.setVisible(bool(code))
        self.box.setAccessibleName(say(self._code))
        self.box.setAccessibleDescription(self._help.text())
        for index, option in enumerate(self._options):
            self.box.setItemData(index, say(option.code) if option.code else "", Qt.ItemDataRole.ToolTipRole)


class ChoiceBox(QComboBox):
    """A combo box with the arrow of the icon family; the wheel turns it only when it has the focus."""

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = QRect(self.width() - ARROW - NEAR, (self.height() - ARROW) // 2, ARROW, ARROW)
        with painting(self) as painter:
            paint_icon(painter, "chevron-down", place, self._atelier.look.tokens.dim)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
