"""What the page shows of the library: a picture with its pixels, and the latest ones in rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QImage

from app.widgets.picture_model import PictureRow
from core.engine import Query

if TYPE_CHECKING:
    from core.engine import Engine, Picture

LATEST: Final = 60


@dataclass(frozen=True)
class Shown:
    """A picture of the library, and what its file looks like."""

    picture: Picture
    image: QImage


def picture_at(engine: Engine, path: Path) -> Shown | None:
    """For the engine's thread. None where the library has no such picture, or its file cannot be read."""
    picture = engine.library.at(path)
    return None if picture is None else _shown(picture)


def picture_of(engine: Engine, number: int) -> Shown | None:
    """For the engine's thread. None where its file cannot be read. Raises HangaError file.unknown_picture."""
    return _shown(engine.library.picture(number))


def latest(engine: Engine) -> tuple[Picture, ...]:
    """Newest first, without those whose files are gone or that are rejected. For the engine's thread."""
    return engine.library.page(Query(missing=False, rejected=False), LATEST).pictures


def row_of(picture: Picture) -> PictureRow:
    return PictureRow(
        str(picture.id), picture.width, picture.height, picture.rating, picture.rejected, picture.prompt[:200]
    )


def _shown(picture: Picture) -> Shown | None:
    image = QImage(str(picture.path))
    return None if image.isNull() else Shown(picture, image)
