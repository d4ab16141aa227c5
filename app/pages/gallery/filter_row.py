"""FilterRow: something to show pictures of, and how many there are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy

from app.atelier import Atelier
from app.look.metrics import NEAR
from app.widgets.painting import fill, painting
from app.widgets.words import ElidedLabel

HEIGHT = 30


class FilterRow(QPushButton):
    """Checked while pictures of it are shown. `words` are a name that somebody gave."""

    def __init__(self, atelier: Atelier, name: str, words: str = "") -> None:
        super().__init__()
        self._atelier = atelier
        self.setObjectName(name)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self._title, self._count = ElidedLabel(), QLabel()
        self._title.setText(words)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setProperty("role", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(NEAR, 0, NEAR, 0)
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        for label in (self._title, self._count):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        atelier.look.changed.connect(self.update)
        self._name()

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, HEIGHT)

    def set_words(self, words: str) -> None:
        self._title.setText(words)
        self._name()

    def set_count(self, count: int) -> None:
        self._count.setText(f"{count:,}")
        self._name()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.isChecked():
            with painting(self) as painter:
                fill(painter, self.rect().adjusted(0, 1, 0, -1), self._atelier.look.tokens.hover, 6)
        super().paintEvent(event)

    def _name(self) -> None:
        self.setAccessibleName(" ".join(filter(None, (self._title.text(), self._count.text()))))
