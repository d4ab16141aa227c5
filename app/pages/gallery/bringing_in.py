"""Bringing in: what is dropped from elsewhere. A picture gives its settings, a model is one for the models page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal

from app.background import Background
from app.taking_out import OWN
from core.engine import Imported, read_settings
from core.errors import HangaError

PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp"})
MODELS: Final = frozenset({".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".sft"})
MOST_MODELS: Final = 100
LONGEST_LIST: Final = 64 << 10
"""Bytes of a list of files; no hundred files are longer, and no more than that are looked at."""


def can_be_taken(mime: QMimeData) -> bool:
    """Whether something from elsewhere that may hold files."""
    return mime.hasUrls() and not mime.hasFormat(OWN)


class BringingIn(QObject):
    """`came` carries what a picture says (`Imported`) and the name of its file; `models` paths of model files."""

    came = Signal(object, str)
    models = Signal(list)
    said = Signal(str, dict)

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background

    def take(self, mime: QMimeData) -> None:
        """Whatever it is: it becomes settings, models, or one sentence."""
        if len(mime.data("text/uri-list").data()) > LONGEST_LIST:
            self.said.emit("window_gallery.too_many_files", {})
            return
        self.take_files([Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()])

    def take_files(self, files: Sequence[Path]) -> None:
        """Nothing is opened here; a picture is read in the background."""
        models = [str(file) for file in files if file.suffix.lower() in MODELS]
        pictures = [file for file in files if file.suffix.lower() in PICTURES]
        if models and len(models) <= MOST_MODELS:
            self.models.emit(models)
        elif len(pictures) > 1:
            self.said.emit("window_gallery.one_at_a_time", {"number": len(pictures)})
        elif models:
            self.said.emit("window_gallery.too_many_files", {})
        elif pictures:
            self._read(pictures[0])
        else:
            self.said.emit("window_gallery.not_for_us", {})

    def _read(self, file: Path) -> None:
        self._background.ask(lambda: read_settings(file), lambda read: self._came(read, file.name), self._refused)

    def _came(self, read: Imported, name: str) -> None:
        self.came.emit(read, name)

    def _refused(self, error: HangaError) -> None:
        self.said.emit(error.code, error.data)
