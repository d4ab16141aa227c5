"""SearchBar: one line that asks for pictures, and the order they come in."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.atelier import Atelier
from app.look.metrics import NEAR
from app.pages.gallery.search_words import Term, terms, toggled
from app.widgets.buttons import IconButton
from app.widgets.choice import ChoiceBox
from core.engine import BEST, NAME, NEWEST, OLDEST

ORDERS: Final = (NEWEST, OLDEST, BEST, NAME)
LONGEST: Final = 1000
"""Characters of a line; what is pasted beyond is cut."""
ASKED_AFTER_MS: Final = 60
"""So that a word typed quickly is one question."""

Attribute = QInputMethodEvent.Attribute


class SearchBar(QWidget):
    """`asked` carries the line and the order; `left` that the pictures are wanted (Return, Down)."""

    asked = Signal(str, str)
    left = Signal()
    details_toggled = Signal(bool)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.edit = SearchLine(atelier)
        self.order = ChoiceBox(atelier, "gallery.order")
        self.order.addItems([""] * len(ORDERS))
        self.count = QLabel()
        self.count.setProperty("role", "dim")
        self.details = IconButton(
            atelier, "gallery.details.toggle", "info", "window_gallery.details.show", checkable=True
        )
        self.details.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(NEAR)
        row.addWidget(self.edit, 1)
        row.addWidget(self.count)
        row.addWidget(self.order)
        row.addWidget(self.details)
        self._timer = QTimer(self, singleShot=True, interval=ASKED_AFTER_MS)
        self._timer.timeout.connect(self._ask)
        self.edit.textChanged.connect(self._timer.start)
        self.edit.left.connect(self.left)
        self.order.currentIndexChanged.connect(self._ask)
        self.details.toggled.connect(self.details_toggled)
        atelier.language.follow(self._say)

    @property
    def line(self) -> str:
        return self.edit.text()

    def set_line(self, line: str) -> None:
        """Asked at once."""
        self.edit.setText(line)
        self._ask()

    def toggle(self, term: Term | None) -> None:
        """A filter is chosen or let go; None: all pictures."""
        self.set_line("" if term is None else toggled(self.line, term))

    def _ask(self) -> None:
        self._timer.stop()
        self.asked.emit(self.line, ORDERS[max(self.order.currentIndex(), 0)])

    def _say(self) -> None:
        say = self._atelier.language.say
        self.order.setAccessibleName(say("window_gallery.order.title"))
        for index, order in enumerate(ORDERS):
            self.order.setItemText(index, say(f"window_gallery.order.{order}"))


class SearchLine(QLineEdit):
    """Terms that are understood stand out."""

    left = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName("gallery.search")
        self.setMaxLength(LONGEST)
        self.setMinimumWidth(160)
        self.setClearButtonEnabled(True)
        self._icon = self.addAction(atelier.look.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.textChanged.connect(self._paint_terms)
        atelier.look.changed.connect(self._dress)
        atelier.language.follow(self._say)

    def sizeHint(self) -> QSize:
        return QSize(420, super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _paint_terms(self) -> None:
        """A line of input has no formats of its own; an input method's are laid over it without changing a letter."""
        form = QTextCharFormat()
        form.setForeground(QColor(self._atelier.look.tokens.indigo_ink))
        kind, cursor = QInputMethodEvent.AttributeType.TextFormat, self.cursorPosition()
        formats = [Attribute(kind, place.start - cursor, place.end - place.start, form) for place in terms(self.text())]
        QCoreApplication.sendEvent(self, QInputMethodEvent("", formats))

    def _dress(self) -> None:
        self._icon.setIcon(self._atelier.look.icon("search"))
        self._paint_terms()

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setPlaceholderText(say("window_gallery.search.placeholder"))
        self.setAccessibleName(say("window_gallery.search.name"))
        self.setAccessibleDescription(say("window_gallery.search.help"))
        self.setToolTip(say("window_gallery.search.help"))
