"""Draft: what is being written, kept a moment after every change, so that it is there at the next start."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from app.engine_thread import EngineThread
from app.pages.create.models import STARTER
from core.errors import HangaError
from core.plain import from_plain, to_plain
from core.request import Request

if TYPE_CHECKING:
    from core.engine import Engine

logger = logging.getLogger(__name__)

AFTER_MS: Final = 500
BESIDE: Final = "create.beside"
"""Name under which the session keeps what a request does not say."""

FIRST: Final = Request(prompt="a red sailboat on a calm sea at sunset", checkpoint=STARTER.name)
"""Before anything was ever written. In the language that the models were trained on."""


@dataclass(frozen=True)
class Beside:
    """The styles that are on, by name, and whether the words are those of a picture."""

    styles: tuple[str, ...] = ()
    of_picture: bool = False


@dataclass(frozen=True)
class Written:
    request: Request
    beside: Beside = Beside()


class Draft(QObject):
    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._latest: Written | None = None
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self.keep_now)

    def keep(self, written: Written) -> None:
        self._latest = written
        self._timer.start()

    def keep_now(self) -> None:
        """What is not kept yet, before the window closes."""
        self._timer.stop()
        written, self._latest = self._latest, None
        if written is not None:
            self._thread.ask(lambda engine: _keep(engine, written), refused=_refused)


def read_draft(engine: Engine) -> Written | None:
    """For the engine's thread."""
    request = engine.session.draft()
    if request is None:
        return None
    try:
        beside = from_plain(Beside, engine.session.window(BESIDE) or {})
    except (TypeError, ValueError) as error:
        logger.warning("what was kept beside the draft cannot be read: %s", error)
        beside = Beside()
    return Written(request, beside)


def _keep(engine: Engine, written: Written) -> None:
    engine.session.keep_draft(written.request)
    engine.session.keep_window(BESIDE, to_plain(written.beside))


def _refused(error: HangaError) -> None:
    """Nobody is told: a disk that takes nothing speaks up as soon as something matters."""
    logger.warning("the draft is not kept: %s", error)
