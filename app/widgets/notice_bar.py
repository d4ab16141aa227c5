"""NoticeBar: one sentence about what happened, and the way back from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from app.atelier import Atelier
from app.look.icons import plain_icon
from app.look.metrics import GROUP, ICON, NEAR
from app.widgets.announcing import announce
from app.widgets.buttons import IconButton, TextButton

DONE: Final = "done"
INFO: Final = "info"
WARNING: Final = "warning"
ICONS = {DONE: ("check", "good_ink"), INFO: ("info", "indigo_ink"), WARNING: ("warning", "warn_ink")}

STAYS_MS: Final = 8000
"""How long a notice stays; warnings stay until they are closed."""

Act = Callable[[], None]


class NoticeBar(QFrame):
    """Shows the latest notice. It waits while it is pointed at or has the focus; Escape closes it."""

    def __init__(self, atelier: Atelier, name: str = "notice") -> None:
        super().__init__()
        self._atelier, self._kind = atelier, INFO
        self._back: Act | None = None
        self.setObjectName(name)
        self.setProperty("role", "foot")
        self._icon, self._words = QLabel(), QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._undo = TextButton(atelier, f"{name}.undo", "window.notice.undo", icon="undo")
        self._close = IconButton(atelier, f"{name}.close", "close", "window.notice.close")
        row = QHBoxLayout(self)
        row.setContentsMargins(GROUP, 6, NEAR, 6)
        row.setSpacing(NEAR)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self._undo.clicked.connect(self._go_back)
        self._close.clicked.connect(self.dismiss)
        atelier.look.follow(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def tell(self, text: str, kind: str = INFO, undo: Act | None = None) -> None:
        """Shows `text` instead of what was there. `undo` is what the button does; without it there is none."""
        self._kind, self._back = kind, undo
        self._words.setText(text)
        self._undo.setVisible(undo is not None)
        self.setAccessibleName(text)
        self._dress()
        self.show()
        announce(self, text)
        self._wait()

    def dismiss(self) -> None:
        self._timer.stop()
        self._back = None
        self.hide()

    def undo(self) -> None:
        """Takes back what the notice is about, if it is still there and can be."""
        if self._back is not None:
            self._go_back()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _wait(self) -> None:
        if self._kind != WARNING:
            self._timer.start(STAYS_MS)

    def _go_back(self) -> None:
        back = self._back
        self.dismiss()
        if back is not None:
            back()

    def _dress(self) -> None:
        icon, ink = ICONS[self._kind]
        scale = self.devicePixelRatioF()
        drawn = plain_icon(icon, getattr(self._atelier.look.tokens, ink))
        self._icon.setPixmap(drawn.pixmap(QSize(ICON, ICON), scale))
