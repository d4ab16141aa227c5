"""How bytes reach the disk: whole or not at all, and never over something that is already there.

Temporary file in the same folder → flush and fsync → rename without replacing → fsync the folder. A process killed at
any moment leaves either nothing under the final name or everything.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.errors import HangaError

PARTIAL: Final = ".part"
"""Suffix of temporary files. What bears it may be swept at start."""

NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK})
"""What file systems without hard links (FAT, some network shares) answer to one."""


def write_new(path: Path, data: bytes) -> None:
    """Write `data` as the new file `path`.

    Raises HangaError: disk.exists if there is one already, disk.full, disk.unwritable otherwise.
    """
    _guarded(path, lambda partial: _publish(partial, path), data)


def write_over(path: Path, data: bytes) -> None:
    """Write `data` as `path`, in place of what may be there; one of the two is always whole. Errors as above."""
    _guarded(path, lambda partial: os.replace(partial, path), data)


def _guarded(path: Path, publish: Callable[[Path], None], data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_through(partial, data)
            publish(partial)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error


def _write_through(partial: Path, data: bytes) -> None:
    with partial.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _publish(partial: Path, path: Path) -> None:
    try:
        os.link(partial, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        path.open("xb").close()
        os.replace(partial, path)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no folder handles to sync; its rename is journalled.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_error(path: Path, error: OSError) -> HangaError:
    """What an artist is told when the system refuses to write `path`."""
    if isinstance(error, FileExistsError):
        return HangaError("disk.exists", name=path.name, folder=str(path.parent))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return HangaError("disk.full", name=path.name, folder=str(path.parent))
    return HangaError("disk.unwritable", name=path.name, folder=str(path.parent), reason=error.strerror or str(error))
