"""Showing: fetches what the details and the large view show; of several pictures asked for, the last one comes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from app.background import Background
from app.engine_thread import EngineThread
from app.pages.gallery.about import About, about
from app.picture_file import load
from core.errors import HangaError

SHARP: Final = QSize(600, 480)
"""The picture of the details, on a screen of twice the pixels."""


class Showing(QObject):
    """`known` carries an `About`; `gone` that there is no such picture any more; `sharper` a better image for the
    details, and the number of its picture; `large` the picture itself."""

    known = Signal(object)
    gone = Signal(object)
    sharper = Signal(object, QImage)
    large = Signal(object, QImage)
    said = Signal(str, dict)

    def __init__(self, thread: EngineThread, background: Background) -> None:
        super().__init__()
        self._thread, self._background = thread, background
        self._wanted: int | None = None
        self._enlarged: int | None = None

    def show_details(self, picture: int | None) -> None:
        """None: of nothing; what is under way is forgotten."""
        self._wanted = picture
        if picture is not None:
            self._thread.ask(lambda engine: about(engine, picture), self._known, self._refused)

    def enlarge(self, picture: int) -> None:
        self._enlarged = picture
        self._thread.ask(lambda engine: about(engine, picture), self._load, self._refused)

    def _known(self, found: About) -> None:
        if found.picture.id == self._wanted:
            self.known.emit(found)
            self._sharpen(found)

    def _sharpen(self, found: About) -> None:
        number, path = found.picture.id, found.picture.path

        def work() -> QImage:
            if number != self._wanted or found.picture.missing:
                return QImage()
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            return load(path).scaled(SHARP, keep, smooth)

        def then(image: QImage) -> None:
            if number == self._wanted and not image.isNull():
                self.sharper.emit(number, image)

        # A file that cannot be read is seen by its empty place; the large view says why.
        self._background.ask(work, then, lambda error: None)

    def _load(self, found: About) -> None:
        if found.picture.id == self._enlarged:
            self._background.ask(
                lambda: load(found.picture.path),
                lambda image: self._loaded(found, image),
                lambda error: self._loaded(found, QImage(), error),
            )

    def _loaded(self, found: About, image: QImage, error: HangaError | None = None) -> None:
        if found.picture.id == self._enlarged:
            self.large.emit(found, image)
            if error is not None:
                self.said.emit(error.code, error.data)

    def _refused(self, error: HangaError) -> None:
        if error.code == "file.unknown_picture":
            self.gone.emit(int(error.data["number"]))
        else:
            self.said.emit(error.code, error.data)
