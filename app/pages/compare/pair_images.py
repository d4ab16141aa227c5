"""PairImages: fetches the pictures of pairs, and of the next pair while one is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.background import Background
from app.engine_thread import EngineThread
from app.picture_file import load
from core.errors import HangaError

KEPT: Final = 6
"""Pairs whose pictures are remembered: one may go back a few votes at once."""

Numbers = tuple[int, int]
Images = tuple[QImage, QImage]


class PairImages(QObject):
    """`came`: the numbers of two pictures, and their images, in the same order."""

    came = Signal(object, QImage, QImage)
    said = Signal(str, dict)

    def __init__(self, thread: EngineThread, background: Background) -> None:
        super().__init__()
        self._thread, self._background = thread, background
        self._kept: dict[Numbers, Images] = {}
        self._asked: set[Numbers] = set()
        self._wanted: Numbers | None = None

    def show(self, pair: Numbers) -> None:
        """This pair is wanted now; `came` follows, at once if it is known."""
        self._wanted = pair
        if pair in self._kept:
            self.came.emit(pair, *self._kept[pair])
        else:
            self.prepare(pair)

    def prepare(self, pair: Numbers) -> None:
        """This one is likely to be wanted next."""
        if pair in self._kept or pair in self._asked:
            return
        self._asked.add(pair)
        self._thread.ask(
            lambda engine: [picture.path for picture in engine.library.pictures(pair)],
            lambda paths: self._load(pair, paths),
            lambda error: self._refused(pair, error),
        )

    def _load(self, pair: Numbers, paths: Sequence[Path]) -> None:
        if len(paths) == 2:
            self._background.ask(
                lambda: (load(paths[0]), load(paths[1])),
                lambda images: self._loaded(pair, images),
                lambda error: self._refused(pair, error),
            )
        else:
            self._asked.discard(pair)

    def _loaded(self, pair: Numbers, images: Images) -> None:
        self._asked.discard(pair)
        self._kept[pair] = images
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        if pair == self._wanted:
            self.came.emit(pair, *images)

    def _refused(self, pair: Numbers, error: HangaError) -> None:
        self._asked.discard(pair)
        self.said.emit(error.code, error.data)
