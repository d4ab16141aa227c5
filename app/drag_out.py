"""DragOut: a picture is dragged out of a page, to any program or folder, as the file that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtGui import QDrag, QGuiApplication, QPixmap
from PySide6.QtWidgets import QWidget

from app.taking_out import TakingOut


class DragOut(QObject):
    """Begins when the file is ready: at once, if the picture was prepared, or a moment later, if it is still held."""

    def __init__(self, taking_out: TakingOut, source: QWidget, pixmap: Callable[[], QPixmap]) -> None:
        super().__init__(source)
        self._taking_out, self._source, self._pixmap = taking_out, source, pixmap
        self._waiting: int | None = None
        taking_out.ready.connect(self._go_on)

    def start(self, picture: int) -> None:
        taken = self._taking_out.take([picture])
        self._waiting = picture if taken is None else None
        if taken is not None:
            self._drag(taken)

    def _go_on(self) -> None:
        picture, self._waiting = self._waiting, None
        if picture is not None and QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self.start(picture)

    def _drag(self, taken: QMimeData) -> None:
        drag = QDrag(self._source)
        drag.setMimeData(taken)
        drag.setPixmap(self._pixmap())
        drag.exec(Qt.DropAction.CopyAction)
