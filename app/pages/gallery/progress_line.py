"""ProgressLine: how far something is that takes long, in one quiet line, with a way to stop it if there is one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.atelier import Atelier
from app.look.metrics import NEAR
from app.widgets.buttons import TextButton
from app.widgets.words import ElidedLabel

LEAST, MOST = 48, 160
"""Width of the bar."""
BAR_HEIGHT = 4


class ProgressLine(QWidget):
    """Not there while nothing goes on."""

    stopped = Signal()

    def __init__(self, atelier: Atelier, name: str) -> None:
        super().__init__()
        self._atelier = atelier
        self._told: tuple[str, int, int] | None = None
        self.setObjectName(name)
        self._words, self._bar = ElidedLabel("dim"), QProgressBar()
        self._bar.setObjectName(f"{name}.bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(BAR_HEIGHT)
        self._bar.setMinimumWidth(LEAST)
        self._bar.setMaximumWidth(MOST)
        self._stop = TextButton(atelier, f"{name}.stop", "window_gallery.progress.stop")
        self._stop.clicked.connect(self.stopped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(NEAR)
        row.addWidget(self._words, 3)
        row.addWidget(self._bar, 1)
        row.addWidget(self._stop)
        self.hide()
        atelier.language.follow(self._say)

    @property
    def words(self) -> str:
        return self._words.text()

    def show_progress(self, code: str, done: int, count: int, *, can_stop: bool) -> None:
        """`code`: a sentence with {done} and {count}."""
        self._told = code, done, count
        self._bar.setRange(0, count)
        self._bar.setValue(done)
        self._stop.setVisible(can_stop)
        self._say()
        self.show()

    def end(self) -> None:
        self._told = None
        self.hide()

    def _say(self) -> None:
        if self._told is not None:
            code, done, count = self._told
            words = self._atelier.language.say(code, done=f"{done:,}", count=f"{count:,}")
            self._words.setText(words)
            self._bar.setAccessibleName(words)
