"""Fetching: all that is known of some pictures, and the pictures themselves; of several questions the last counts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.background import Background
from app.engine_thread import EngineThread
from app.pages.gallery.about import About, about
from app.picture_file import load
from core.engine import Engine
from core.errors import HangaError


class Fetching(QObject):
    """`known` carries a list of `About`, of those pictures that are there; then each `image` comes with the place of
    its picture in that list, a null one where the file cannot be read."""

    known = Signal(list)
    image = Signal(int, QImage)
    said = Signal(str, dict)

    def __init__(self, thread: EngineThread, background: Background) -> None:
        super().__init__()
        self._thread, self._background = thread, background
        self._number = 0

    def ask(self, pictures: Sequence[int]) -> None:
        self._number += 1
        number, wanted = self._number, tuple(pictures)
        self._thread.ask(
            lambda engine: _abouts(engine, wanted),
            lambda found: self._found(number, found),
            lambda error: self.said.emit(error.code, error.data),
        )

    def refresh(self, pictures: Sequence[int]) -> None:
        """What is known anew, without the pictures themselves."""
        number, wanted = self._number, tuple(pictures)

        def then(found: list[About]) -> None:
            if number == self._number:
                self.known.emit(found)

        self._thread.ask(lambda engine: _abouts(engine, wanted), then)

    def forget(self) -> None:
        """What is under way is not wanted any more."""
        self._number += 1

    def _found(self, number: int, found: list[About]) -> None:
        if number != self._number:
            return
        self.known.emit(found)
        for place, each in enumerate(found):
            self._fetch(number, place, each)

    def _fetch(self, number: int, place: int, about: About) -> None:
        def then(image: QImage) -> None:
            if number == self._number:
                self.image.emit(place, image)

        def refused(error: HangaError) -> None:
            then(QImage())
            self.said.emit(error.code, error.data)

        self._background.ask(lambda: load(about.picture.path), then, refused)


def _abouts(engine: Engine, pictures: Sequence[int]) -> list[About]:
    there = [picture.id for picture in engine.library.pictures(pictures)]
    return [about(engine, number) for number in there]
