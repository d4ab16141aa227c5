"""Fold: what is rarely set, folded away behind one line that says in words how it is set."""

from __future__ import annotations

from PySide6.QtCore import QPropertyAnimation, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.icons import paint_icon
from app.look.metrics import HAIR, NEAR
from app.widgets.painting import painting
from app.widgets.words import ElidedLabel

CHEVRON = 16
UNBOUNDED = 16777215
"""Qt's word for no limit to a height."""


class Fold(QWidget):
    """`content` under a header. The summary is the page's to set: it knows what "as trained" means here."""

    opened = Signal(bool)

    def __init__(self, atelier: Atelier, name: str, code: str, content: QWidget) -> None:
        super().__init__()
        self._atelier, self._content = atelier, content
        self.setObjectName(name)
        self.header = FoldHeader(atelier, f"{name}.header", code)
        self._motion = QPropertyAnimation(content, b"maximumHeight", self)
        self._motion.finished.connect(self._moved)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HAIR)
        column.addWidget(self.header)
        column.addWidget(content)
        content.hide()
        self.header.toggled.connect(self._toggle)

    @property
    def is_open(self) -> bool:
        return self.header.isChecked()

    def set_open(self, on: bool) -> None:
        self.header.setChecked(on)

    def set_summary(self, words: str) -> None:
        """What is set inside, said while it is folded."""
        self.header.set_summary(words)

    def _toggle(self, on: bool) -> None:
        self._motion.stop()
        duration = self._atelier.look.duration
        if duration and self.isVisible():
            self._slide(on, duration)
        else:
            self._content.setVisible(on)
        self.opened.emit(on)

    def _slide(self, on: bool, duration: int) -> None:
        full = self._content.sizeHint().height()
        self._motion.setDuration(duration)
        self._motion.setStartValue(0 if on else full)
        self._motion.setEndValue(full if on else 0)
        self._content.setMaximumHeight(0 if on else full)
        self._content.show()
        self._motion.start()

    def _moved(self) -> None:
        self._content.setVisible(self.is_open)
        self._content.setMaximumHeight(UNBOUNDED)


class FoldHeader(QPushButton):
    """Title, summary, and an arrow that says whether there is more."""

    def __init__(self, atelier: Atelier, name: str, code: str) -> None:
        super().__init__()
        self._atelier, self._code = atelier, code
        self.setObjectName(name)
        self.setProperty("role", "fold")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title, self._summary = QLabel(), ElidedLabel("caption")
        self._summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, CHEVRON + NEAR, 0)
        row.addWidget(self._title)
        row.addWidget(self._summary)
        for label in (self._title, self._summary):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.toggled.connect(self._name)
        atelier.look.changed.connect(self.update)
        atelier.language.follow(self._say)

    def sizeHint(self) -> QSize:
        return QSize(self._title.sizeHint().width() + 120, 38)

    def set_summary(self, words: str) -> None:
        self._summary.setText(words)
        self._name()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = QRect(self.width() - CHEVRON - HAIR, (self.height() - CHEVRON) // 2, CHEVRON, CHEVRON)
        with painting(self) as painter:
            painter.fillRect(0, 0, self.width(), 1, QColor(self._atelier.look.tokens.line))
            name = "chevron-down" if self.isChecked() else "chevron-right"
            paint_icon(painter, name, place, self._atelier.look.tokens.dim)

    def _say(self) -> None:
        self._title.setText(self._atelier.language.say(self._code))
        self._name()

    def _name(self) -> None:
        self._summary.setVisible(not self.isChecked())
        state = "window.fold.open" if self.isChecked() else "window.fold.closed"
        self.setAccessibleName(": ".join(filter(None, (self._title.text(), self._summary.text()))))
        self.setAccessibleDescription(self._atelier.language.say(state))
