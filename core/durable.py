"""How bytes reach the disk, move on it and leave it: whole or not at all, and never over something that is there.

Temporary file in the same folder → flush and fsync → rename without replacing → fsync the folder. A process killed at
any moment leaves either nothing under the final name or everything (but see `core.renaming` for file systems that can
less); after an error there is nothing, and no temporary file either. Nothing else in the program removes or renames.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import HangaError
from core.renaming import rename_new

PREFIX: Final = ".hanga-"
PARTIAL: Final = ".part"
"""Temporary files are called by these two. See `sweep`."""

IDLE: Final = 600.0
"""Seconds after which nobody is writing to a temporary file any more."""

NUMBERED: Final = 100
"""Files of one name that are told apart by numbers; those beyond get eight random digits."""

NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS})
"""What file systems that cannot sync a folder (some network shares) answer to that."""

Fill = Callable[[BinaryIO], object]


def write_new(path: Path, data: bytes) -> None:
    """Write `data` as the new file `path`.

    Raises HangaError: disk.exists if there is one already, disk.full, disk.unwritable otherwise.
    """
    with _told(path), _brought(path.parent, lambda file: file.write(data)) as partial:
        _publish(partial, path)


def write_unclashing(path: Path, data: bytes) -> Path:
    """Write `data` as the new file `path`, or as `path`-2, -3 and so on where that is taken; where it lies.

    Raises HangaError disk.full, disk.unwritable.
    """
    with _told(path), _brought(path.parent, lambda file: file.write(data)) as partial:
        return _under_a_free_name(path, lambda name: _publish(partial, name))


def write_in_pieces(path: Path, pieces: Iterable[bytes]) -> Generator[int, None, Path]:
    """Write the new file `path`, or as `write_unclashing` does where that is taken. Each step writes one piece and
    gives the bytes that are on disk; the end gives where it lies. Closed before its end, it leaves nothing.

    Raises HangaError disk.full, disk.unwritable, and what `pieces` raises.
    """
    with _told(path), _unpublished(path.parent) as partial:
        done = 0
        with partial.open("xb") as file:
            for piece in pieces:
                file.write(piece)
                _settled(file)
                done += len(piece)
                yield done
        return _under_a_free_name(path, lambda name: _publish(partial, name))


def write_over(path: Path, data: bytes) -> None:
    """Write `data` as `path`, in place of what may be there; one of the two is always whole. Errors as above."""
    with _told(path), _brought(path.parent, lambda file: file.write(data)) as partial:
        os.replace(partial, path)
        _sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """The file `source` as the new file `target`, on another disk too; at every moment one of the two is whole.

    Raises HangaError: file.missing without `source`, disk.exists if `target` is taken, disk.full, disk.unwritable;
    then `source` is where it was.
    """
    with _told(target):
        _move(source, target)


def keep_aside(path: Path) -> Path:
    """Give the file `path`, which nobody can read any more, a telling name of its own; that name. Errors as `move`."""
    with _told(path):
        return _under_a_free_name(path.with_stem(f"{path.stem}-damaged"), lambda name: _move(path, name))


def remove(path: Path) -> None:
    """The file is gone for good. One that is not there is no error. Raises HangaError disk.unremovable."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise HangaError("disk.unremovable", name=path.name, folder=str(path.parent), reason=reason) from error


def sweep(folder: Path, idle: float = IDLE) -> int:
    """Remove temporary files in `folder` itself that nobody has written to for `idle` seconds: a process that was
    killed has left them. How many there were; those that cannot be removed stay."""
    abandoned = [path for path in folder.glob(f"{PREFIX}*{PARTIAL}") if _is_idle(path, idle)]
    for path in abandoned:
        _drop(path)
    return len(abandoned)


def _is_idle(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime >= seconds
    except OSError:
        return False


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_error(path, error) from error


@contextlib.contextmanager
def _brought(folder: Path, fill: Fill) -> Iterator[Path]:
    """What `fill` writes, on disk under a temporary name, which goes unless it has become another."""
    with _unpublished(folder) as partial:
        with partial.open("xb") as file:
            fill(file)
            _settled(file)
        yield partial


@contextlib.contextmanager
def _unpublished(folder: Path) -> Iterator[Path]:
    """A temporary name in `folder`, under which nothing is left."""
    _make_folder(folder)
    # Not made from the final name, which may be as long as names can be.
    partial = folder / f"{PREFIX}{secrets.token_hex(8)}{PARTIAL}"
    try:
        yield partial
    finally:
        _drop(partial)


def _settled(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _publish(partial: Path, path: Path) -> None:
    """`partial` as `path`, for which there must be no file yet; after an error there still is none of ours."""
    rename_new(partial, path)
    try:
        _sync_folder(path.parent)
    except OSError:
        _drop(path)
        raise


def _under_a_free_name(path: Path, put: Callable[[Path], None]) -> Path:
    """Let `put` make `path`, or the first of its numbered names that is not taken."""
    for name in _names(path):
        with contextlib.suppress(FileExistsError):
            put(name)
            return name
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, NUMBERED + 1):
        yield path.with_stem(f"{path.stem}-{number}")
    for _ in range(NUMBERED):
        yield path.with_stem(f"{path.stem}-{secrets.token_hex(4)}")


def _move(source: Path, target: Path) -> None:
    if not source.is_file() and not source.is_symlink():
        raise HangaError("file.missing", name=source.name)
    _make_folder(target.parent)
    try:
        rename_new(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_away(source, target)
    else:
        _settle(source, target)


def _settle(source: Path, target: Path) -> None:
    """Both folders on disk, or the file back where it was."""
    try:
        for folder in dict.fromkeys((target.parent, source.parent)):
            _sync_folder(folder)
    except OSError:
        with contextlib.suppress(OSError):
            rename_new(target, source)
        raise


def _copy_away(source: Path, target: Path) -> None:
    with source.open("rb") as old, _brought(target.parent, lambda new: shutil.copyfileobj(old, new)) as partial:
        _publish(partial, target)
    with contextlib.suppress(OSError):
        shutil.copystat(source, target)
    try:
        source.unlink()
    except OSError:
        _drop(target)
        raise


def _make_folder(folder: Path) -> None:
    """With all that it lies in; what is new is on disk before anything is put there."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            _sync_folder(place.parent)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error


def _drop(path: Path) -> None:
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
