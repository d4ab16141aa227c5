"""SearchBar: one line that asks for pictures, and the order they come in."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from app.atelier import Atelier
from app.look.icons import plain_icon
from app.look.metrics import CONTROL, ICON, NEAR
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
        field = SearchField(atelier, self.edit)
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
        row.addWidget(field, 1)
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


class SearchField(QFrame):
    """The line in its frame, with the sign that says what it is for, and a way to clear it."""

    def __init__(self, atelier: Atelier, edit: QLineEdit) -> None:
        super().__init__()
        self._atelier, self._edit = atelier, edit
        self.setProperty("role", "field")
        self.setFixedHeight(CONTROL)
        self._sign = QLabel()
        self._clear = IconButton(atelier, "gallery.search.clear", "close", "window_gallery.search.clear")
        self._clear.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(NEAR, 1, 2, 1)
        row.setSpacing(NEAR)
        row.addWidget(self._sign)
        row.addWidget(edit, 1)
        row.addWidget(self._clear)
        edit.installEventFilter(self)
        edit.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self._clear.clicked.connect(edit.clear)
        self._clear.clicked.connect(edit.setFocus)
        atelier.look.follow(self._dress)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() is QEvent.Type.FocusIn)
            self.style().unpolish(self)
            self.style().polish(self)
        return super().eventFilter(watched, event)

    def _dress(self) -> None:
        drawn = plain_icon("search", self._atelier.look.tokens.dim)
        self._sign.setPixmap(drawn.pixmap(QSize(ICON, ICON), self.devicePixelRatioF()))


class SearchLine(QLineEdit):
    """Terms that are understood stand out."""

    left = Signal()

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName("gallery.search")
        self.setMaxLength(LONGEST)
        self.setMinimumWidth(100)
        self.setProperty("role", "bare")
        self.setAcceptDrops(False)
        self.textChanged.connect(self._paint_terms)
        atelier.look.changed.connect(self._paint_terms)
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

    def _say(self) -> None:
        say = self._atelier.language.say
        self.setPlaceholderText(say("window_gallery.search.placeholder"))
        self.setAccessibleName(say("window_gallery.search.name"))
        self.setAccessibleDescription(say("window_gallery.search.help"))
        self.setToolTip(say("window_gallery.search.help"))
