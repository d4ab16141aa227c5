"""LastPictures: the last picture of each job that is seen, fetched and decoded away from the window."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.engine_thread import BACKGROUND, EngineThread
from core.engine import Engine
from core.errors import HangaError

REMEMBERED: Final = 300
WANTED: Final = 40
"""About a screen of them; what was wanted before has flown past."""


class LastPictures(QObject):
    came = Signal(str)
    """The picture of that job is there."""

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._known: OrderedDict[str, QImage] = OrderedDict()
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._busy = False

    def of(self, job: str) -> QImage | None:
        """None as long as it has not come; asked for then. A null image where there is none."""
        if job in self._known:
            self._known.move_to_end(job)
            return self._known[job]
        self._wanted[job] = None
        self._wanted.move_to_end(job)
        while len(self._wanted) > WANTED:
            self._wanted.popitem(last=False)
        self._go_on()
        return None

    def renew(self, job: str) -> None:
        """There is a later one. The one that is known is shown until it has come."""
        self._wanted[job] = None
        self._go_on()

    def _go_on(self) -> None:
        if self._wanted and not self._busy:
            self._busy = True
            job, _ = self._wanted.popitem()
            self._thread.ask(
                lambda engine: last_picture(engine, job),
                lambda image: self._came(job, image),
                self._refused,
                BACKGROUND,
            )

    def _came(self, job: str, image: QImage) -> None:
        self._busy = False
        self._known[job] = image
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self.came.emit(job)
        self._go_on()

    def _refused(self, error: HangaError) -> None:
        """Told elsewhere; asked again when it is seen again."""
        self._busy = False
        self._wanted.clear()


def last_picture(engine: Engine, job: str) -> QImage:
    """To be called in the engine's thread. A null image where there is none."""
    pictures = engine.library.of_job(job)
    try:
        data = engine.library.thumbnail(pictures[-1].id) if pictures else None
    except HangaError as error:
        if error.code != "file.unknown_picture":
            raise
        data = None
    return QImage.fromData(data) if data is not None else QImage()
