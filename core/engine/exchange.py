"""Pictures that come from elsewhere and go elsewhere: settings read from any program's files, copies for any use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from core.errors import HangaError
from core.library.catalogue import Picture
from core.library.foreign import reading
from core.library.foreign.imported import Imported
from core.library.formats import Export, write
from core.request import Request

logger = logging.getLogger(__name__)

Progress = Callable[[int], bool]
"""Is told how many copies are written; False stops after that one."""


def read_settings(path: Path) -> Imported:
    """What a picture of Hanga or another program says of how it was made. Nothing it names is opened. Raises HangaError
    file.*."""
    return reading.read(path)


def understood(path: Path) -> Request | None:
    """What another program's picture asks for, as far as it can be had: for the library to search in."""
    try:
        return read_settings(path).request
    except HangaError as error:
        logger.info("%s says nothing of how it was made: %s", path.name, error)
        return None


def export(
    pictures: Iterable[Picture], folder: Path, how: Export, progress: Progress = lambda done: True
) -> list[Path]:
    """Copies of pictures in `folder`, under names that nothing there has; those written when it ends or is stopped.

    Raises HangaError as `core.library.formats.write`; what was written before stays.
    """
    written: list[Path] = []
    for picture in pictures:
        written.append(write(picture.path, folder, how))
        if not progress(len(written)):
            break
    return written
