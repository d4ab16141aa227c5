"""Taking out: pictures for other programs, as files in the format of the settings, and on the clipboard.

A drag must have its files when it begins, and nothing may hold the window up until then: so they are made ready as soon
as pictures are selected, in the background. Copies lie in a temporary folder, which goes with the program.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QImage

from app.background import Background
from app.engine_thread import EngineThread
from app.picture_file import load
from core.errors import HangaError

if TYPE_CHECKING:
    from core.engine import Engine, Export, Picture

FEW: Final = 12
"""Selected pictures that are copied before anybody drags them."""
MOST: Final = 300
"""Copies made for one drag; the export dialog makes any number, and shows how far it is."""
OWN: Final = "application/x-hanga-pictures"
"""Numbers of pictures, as JSON: what our own pages take from a drag."""

Then = Callable[[QMimeData], None]


@dataclass(frozen=True)
class _Lot:
    """Pictures on their way out: as `how`, or as the files that they are."""

    number: int
    ids: tuple[int, ...]
    then: Then | None


class TakingOut(QObject):
    """`ready`: what was asked for last can be taken along now."""

    ready = Signal()
    said = Signal(str, dict)

    def __init__(self, thread: EngineThread, background: Background) -> None:
        super().__init__()
        self._thread, self._background = thread, background
        self._folder: TemporaryDirectory[str] | None = None
        self._copies: dict[tuple[int, Export], Path] = {}
        self._number = 0
        self._ids: tuple[int, ...] = ()
        self._files: list[Path] | None = None
        self._image = QImage()

    def prepare(self, ids: Sequence[int]) -> None:
        """Pictures that may be taken out soon; more than a few are made ready only when they are."""
        if len(ids) <= FEW:
            self._begin(ids)

    def take(self, ids: Sequence[int], then: Then | None = None) -> QMimeData | None:
        """The pictures, if they are ready; if not, `then` is given them, and `ready` says so, when they are."""
        if tuple(ids) == self._ids and self._files is not None:
            mime = self._mime()
            if then is not None:
                then(mime)
            return mime
        self._begin(ids, then)
        return None

    def forget(self) -> None:
        """Settings or files have changed: nothing is ready any more."""
        self._number += 1
        self._ids, self._files = (), None

    def _begin(self, ids: Sequence[int], then: Then | None = None) -> None:
        if tuple(ids) == self._ids and then is None:
            return
        self._number += 1
        self._ids, self._files, self._image = tuple(ids), None, QImage()
        lot = _Lot(self._number, self._ids, then)
        if lot.ids:
            self._thread.ask(
                lambda engine: _found(engine, lot.ids), lambda found: self._found(lot, *found), self._refused
            )

    def _found(self, lot: _Lot, how: Export, pictures: list[Picture]) -> None:
        copied = [picture for picture in pictures if _differs(picture, how)]
        if lot.number != self._number:
            return
        if len(copied) > MOST:
            self.said.emit("window_gallery.too_many_to_drag", {"number": len(copied), "most": MOST})
        elif not pictures:
            self.said.emit("window_gallery.nothing_there", {})
        else:
            folder = self._copies_folder() if copied else Path()
            work = lambda: self._made(lot, how, pictures, folder)  # noqa: E731
            self._background.ask(work, lambda made: self._made_ready(lot, *made), self._refused)

    def _made(self, lot: _Lot, how: Export, pictures: list[Picture], folder: Path) -> tuple[list[Path], QImage]:
        """In the background: files, and of a single picture the picture itself."""
        files = []
        for picture in pictures:
            if lot.number != self._number:
                break
            files.append(self._file(picture, how, folder))
        return files, load(files[0]) if len(files) == 1 else QImage()

    def _file(self, picture: Picture, how: Export, folder: Path) -> Path:
        if not _differs(picture, how):
            return picture.path
        known = self._copies.get((picture.id, how))
        if known is None:
            from core.engine import export  # Here, not above: a window in which nothing is taken out does without.

            (known,) = export([picture], folder, how)
            self._copies[picture.id, how] = known
        return known

    def _made_ready(self, lot: _Lot, files: list[Path], image: QImage) -> None:
        if lot.number == self._number:
            self._files, self._image = files, image
            if lot.then is not None:
                lot.then(self._mime())
            self.ready.emit()

    def _refused(self, error: HangaError) -> None:
        self.forget()
        self.said.emit(error.code, error.data)

    def _mime(self) -> QMimeData:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in self._files or ()])
        mime.setData(OWN, json.dumps(self._ids).encode())
        if not self._image.isNull():
            mime.setImageData(self._image)
        return mime

    def _copies_folder(self) -> Path:
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="hanga-", ignore_cleanup_errors=True)
        return Path(self._folder.name)


def _found(engine: Engine, ids: Sequence[int]) -> tuple[Export, list[Picture]]:
    from core.engine import Export

    settings = engine.settings
    how = Export(format=settings.export_format, quality=settings.export_quality, metadata=settings.export_metadata)
    return how, [picture for picture in engine.library.pictures(ids) if not picture.missing]


def _differs(picture: Picture, how: Export) -> bool:
    """Whether the file of the picture is another one than what is to be taken out."""
    suffixes = {"png": (".png",), "jpeg": (".jpg", ".jpeg"), "webp": (".webp",)}
    return not how.metadata or picture.path.suffix.lower() not in suffixes[how.format]
