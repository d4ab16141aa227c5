"""Picture files as images, for whatever thread has the time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtGui import QImage, QImageReader

from core.errors import HangaError

FORMATS: Final = {".png": b"png", ".jpg": b"jpeg", ".jpeg": b"jpeg", ".webp": b"webp"}
"""Read as what they are called and as nothing else: other decoders are never reached by a file that pretends."""


def load(path: Path) -> QImage:
    """Raises HangaError file.missing, file.damaged_picture. Not for the window's thread: it takes a moment."""
    reader = QImageReader(str(path), FORMATS.get(path.suffix.lower(), b"png"))
    reader.setAutoTransform(False)
    image = reader.read()
    if image.isNull():
        raise HangaError("file.damaged_picture" if path.exists() else "file.missing", name=path.name)
    return image
