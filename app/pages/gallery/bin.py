"""Bin: what lies in the trash, asked of the engine, and its emptying."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.engine_thread import EngineThread
from app.pages.gallery.trash_view import TrashView
from core.engine import Emptied, Engine


class Bin(QObject):
    """`emptied`: there is nothing left of it here."""

    said = Signal(str, dict)
    emptied = Signal()

    def __init__(self, thread: EngineThread, view: TrashView) -> None:
        super().__init__()
        self._thread, self._view = thread, view
        view.emptied.connect(self._empty)

    def read(self) -> None:
        self._thread.ask(lambda engine: engine.library.trashed(), self._view.show_lots)

    def _empty(self) -> None:
        self._thread.ask(_empty, self._was_emptied, lambda error: self.said.emit(error.code, error.data))

    def _was_emptied(self, emptied: Emptied) -> None:
        self.said.emit("window_gallery.emptied", {"number": emptied.pictures})
        for _, reason in emptied.left[:1]:
            self.said.emit("window_gallery.not_emptied", {"number": len(emptied.left), "reason": reason})
        self.read()
        self.emptied.emit()


def _empty(engine: Engine) -> Emptied:
    return engine.library.empty_trash()
