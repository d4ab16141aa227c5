"""Thumbnails: fetches and decodes, away from the window, the small pictures that are seen now."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from app.engine_thread import BACKGROUND, EngineThread
from core.engine import Engine
from core.errors import HangaError

AT_ONCE: Final = 12
LONGEST: Final = 0.02
"""Seconds for one errand, so that an action waits no longer than for the one picture that took more."""

Deliver = Callable[[str, QImage | None], None]
Fetched = list[tuple[str, QImage | None]]


class Thumbnails(QObject):
    """One errand at a time, for what is wanted when it begins: what flew past is never fetched."""

    def __init__(self, thread: EngineThread, deliver: Deliver) -> None:
        super().__init__()
        self._thread, self._deliver = thread, deliver
        self._wanted: list[str] = []
        self._busy = False

    def ask(self, wanted: list[str]) -> None:
        """See `app.widgets.picture_model.Ask`."""
        self._wanted = list(wanted)
        self._go_on()

    def _go_on(self) -> None:
        if self._wanted and not self._busy:
            self._busy = True
            wanted = self._wanted[:AT_ONCE]
            self._thread.ask(lambda engine: _fetch(engine, wanted), self._came, self._refused, BACKGROUND)

    def _came(self, fetched: Fetched) -> None:
        self._busy = False
        came = {identity for identity, _ in fetched}
        self._wanted = [each for each in self._wanted if each not in came]
        for identity, image in fetched:
            self._deliver(identity, image)
        self._go_on()

    def _refused(self, error: HangaError) -> None:
        """The database does not answer, and says so elsewhere; asked again when something is scrolled into sight."""
        self._busy = False
        self._wanted = []


def _fetch(engine: Engine, wanted: list[str]) -> Fetched:
    fetched: Fetched = []
    end = time.monotonic() + LONGEST
    for identity in wanted:
        fetched.append((identity, thumbnail(engine, int(identity))))
        if time.monotonic() >= end:
            break
    return fetched


def thumbnail(engine: Engine, picture: int) -> QImage | None:
    """To be called in the engine's thread. None where there is none, or no such picture any more."""
    try:
        data = engine.library.thumbnail(picture)
    except HangaError as error:
        if error.code != "file.unknown_picture":
            raise
        return None
    image = QImage.fromData(data) if data is not None else QImage()
    return None if image.isNull() else image
