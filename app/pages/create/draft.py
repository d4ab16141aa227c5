"""Draft: the request being written, kept a moment after every change, so that it is there at the next start."""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.engine_thread import EngineThread
from app.pages.create.models import STARTER
from core.errors import HangaError
from core.request import Request

logger = logging.getLogger(__name__)

AFTER_MS: Final = 500

FIRST: Final = Request(prompt="a red sailboat on a calm sea at sunset", checkpoint=STARTER.name)
"""Before anything was ever written. In the language that the models were trained on."""


class Draft(QObject):
    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._latest: Request | None = None
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self.keep_now)

    def keep(self, request: Request) -> None:
        self._latest = request
        self._timer.start()

    def keep_now(self) -> None:
        """What is not kept yet, before the window closes."""
        self._timer.stop()
        request, self._latest = self._latest, None
        if request is not None:
            self._thread.ask(lambda engine: engine.session.keep_draft(request), refused=_refused)


def _refused(error: HangaError) -> None:
    """Nobody is told: a disk that takes nothing speaks up as soon as something matters."""
    logger.warning("the draft is not kept: %s", error)
