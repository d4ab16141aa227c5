"""Pictures that come from elsewhere and go elsewhere: settings read from any program's files, copies for any use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from core.library.catalogue import Picture
from core.library.foreign import reading
from core.library.foreign.imported import Imported
from core.library.formats import Export, write

Progress = Callable[[int], bool]
"""Is told how many copies are written; False stops after that one."""


def read_settings(path: Path) -> Imported:
    """What a picture of Hanga or another program says of how it was made. Nothing it names is opened. Raises HangaError
    file.*."""
    return reading.read(path)


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
