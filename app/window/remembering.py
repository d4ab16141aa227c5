"""Remembering: what the window was like when it was closed, and what was used last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QByteArray, QObject, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from app.engine_thread import EngineThread
from app.window.commands import PAGES
from core.engine import JobChanged, Notice

if TYPE_CHECKING:
    from core.engine import Engine

GEOMETRY: Final = "geometry"
PAGE: Final = "page"
FILES: Final = "recent files"
MODELS: Final = "recent models"

MOST: Final = 8
GRIP: Final = 80
"""Logical pixels of the window's head that must be on a screen, so that it can be seen and moved."""


class Remembering(QObject):
    """Kept in the home's database, so asked of the engine: the window opens before it answers."""

    def __init__(self, window: QMainWindow, thread: EngineThread, go: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._thread, self._go = window, thread, go
        self._kept: dict[str, list[str]] = {FILES: [], MODELS: []}

    @property
    def files(self) -> list[str]:
        """Paths that were opened, the latest first."""
        return list(self._kept[FILES])

    @property
    def models(self) -> list[str]:
        """Names of models that pictures were asked of, the latest first."""
        return list(self._kept[MODELS])

    def opened(self) -> None:
        self._thread.ask(_remembered, self._come_back)

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, JobChanged):
            self._used(MODELS, notice.job.order.request.checkpoint)

    def file_opened(self, file: Path) -> None:
        self._used(FILES, str(file))

    def keep(self, page: str) -> None:
        """Before the window closes."""
        kept: dict[str, Any] = {
            GEOMETRY: bytes(self._window.saveGeometry().data()).hex(),
            PAGE: page,
            **self._kept,
        }
        self._thread.ask(lambda engine: _keep(engine, kept))

    def _come_back(self, kept: dict[str, Any]) -> None:
        geometry, page = kept[GEOMETRY], kept[PAGE]
        if isinstance(geometry, str):
            self._place(geometry)
        if page in PAGES and page != PAGES[0]:
            self._go(page)
        for name, known in self._kept.items():
            before = kept[name] if isinstance(kept[name], list) else []
            self._kept[name] = _latest([*known, *(each for each in before if isinstance(each, str))])

    def _place(self, geometry: str) -> None:
        usual = self._window.geometry()
        self._window.restoreGeometry(QByteArray.fromHex(geometry.encode()))
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if not can_be_reached(self._window.frameGeometry(), screens):
            self._window.setGeometry(usual)

    def _used(self, name: str, what: str) -> None:
        self._kept[name] = _latest([what, *self._kept[name]])


def can_be_reached(frame: QRect, screens: Sequence[QRect]) -> bool:
    """Whether enough of the head of a window is on one of the screens: it may have been closed on one that is gone."""
    head = QRect(frame.left(), frame.top(), frame.width(), GRIP)
    seen = (head.intersected(screen) for screen in screens)
    return any(each.width() >= GRIP and each.height() >= GRIP // 2 for each in seen)


def _remembered(engine: Engine) -> dict[str, Any]:
    return {name: engine.session.window(name) for name in (GEOMETRY, PAGE, FILES, MODELS)}


def _keep(engine: Engine, kept: dict[str, Any]) -> None:
    for name, value in kept.items():
        engine.session.keep_window(name, value)


def _latest(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))[:MOST]
