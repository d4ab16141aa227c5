"""How bytes reach the disk: whole or not at all, and never over something that is already there.

Temporary file in the same folder → flush and fsync → rename without replacing → fsync the folder. A process killed at
any moment leaves either nothing under the final name or everything (a file system without hard links may be left with
an empty file, never with half of one); after an error there is nothing, and no temporary file either.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from core.errors import HangaError

PARTIAL: Final = ".part"
"""Suffix of temporary files. What bears it may be swept at start."""

NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK})
"""What file systems without hard links (FAT, some network shares) answer to one."""

NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS})
"""What file systems that cannot sync a folder (some network shares) answer to that."""


def write_new(path: Path, data: bytes) -> None:
    """Write `data` as the new file `path`.

    Raises HangaError: disk.exists if there is one already, disk.full, disk.unwritable otherwise.
    """
    with _told(path):
        _bring(path, data, _publish_new)
        _or_remove(path, lambda: _sync_folder(path.parent))


def write_over(path: Path, data: bytes) -> None:
    """Write `data` as `path`, in place of what may be there; one of the two is always whole. Errors as above."""
    with _told(path):
        _bring(path, data, os.replace)
        _sync_folder(path.parent)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_error(path, error) from error


def _bring(path: Path, data: bytes, publish: Callable[[Path, Path], None]) -> None:
    """The bytes on disk under a temporary name, which `publish` turns into `path`."""
    _make_folder(path.parent)
    # Not made from the final name, which may be as long as names can be.
    partial = path.with_name(f".hanga-{secrets.token_hex(8)}{PARTIAL}")
    try:
        _write_through(partial, data)
        publish(partial, path)
    finally:
        _remove(partial)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error


def _write_through(partial: Path, data: bytes) -> None:
    with partial.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _publish_new(partial: Path, path: Path) -> None:
    """`partial` as `path`, for which there must be no file yet; after an error there still is none of ours."""
    if os.name == "nt":
        os.rename(partial, path)  # Refuses to replace there, and needs no links.
        return
    try:
        os.link(partial, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        path.open("xb").close()
        _or_remove(path, lambda: os.replace(partial, path))


def _or_remove(path: Path, step: Callable[[], None]) -> None:
    """Do `step`; if it fails, take away `path`, which this process has made."""
    try:
        step()
    except OSError:
        _remove(path)
        raise


def _remove(path: Path) -> None:
    """What cannot be removed, because its disk has gone for instance, is no other error than the one that led here."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no folder handles to sync; its rename is journalled.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def disk_error(path: Path, error: OSError) -> HangaError:
    """What an artist is told when the system refuses to write `path`."""
    if isinstance(error, FileExistsError):
        return HangaError("disk.exists", name=path.name, folder=str(path.parent))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return HangaError("disk.full", name=path.name, folder=str(path.parent))
    return HangaError("disk.unwritable", name=path.name, folder=str(path.parent), reason=error.strerror or str(error))
