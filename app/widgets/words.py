"""Labels: sentences that follow the language, and words that are cut where there is no room for them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.atelier import Atelier


class Words(QLabel):
    """One sentence, in the current language. `role` is one of the stylesheet's ("dim", "caption", "heading", …)."""

    def __init__(self, atelier: Atelier, code: str, role: str = "", **data: str | int | float) -> None:
        super().__init__()
        self._atelier, self._code, self._data = atelier, code, data
        self.setProperty("role", role)
        atelier.language.follow(self._say)

    def show_sentence(self, code: str, **data: str | int | float) -> None:
        self._code, self._data = code, data
        self._say()

    def _say(self) -> None:
        self.setText(self._atelier.language.say(self._code, **self._data))


class ElidedLabel(QLabel):
    """A line of words that ends in … where it does not fit; the tooltip then has all of it."""

    def __init__(self, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), text)
