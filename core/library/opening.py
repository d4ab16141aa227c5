"""How files that anybody may have made are opened: ordinary ones only, and with errors that people understand."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import HangaError


class DamagedError(Exception):
    """From here on the file cannot be understood."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, read-only. Raises HangaError file.missing, file.unreadable, also for what fails while it is read;
    DamagedError for a folder, a pipe, a device."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DamagedError
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise HangaError("file.missing", name=path.name) from error
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error


def exactly(file: BinaryIO, count: int) -> bytes:
    """The next `count` bytes. Raises DamagedError where there are not so many."""
    data = file.read(count)
    if len(data) != count:
        raise DamagedError
    return data
