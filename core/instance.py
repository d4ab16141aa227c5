"""Who owns a home folder: one program at a time, by a lock of the operating system that dies with the process.

`hanga.lock` in the home is locked by its owner, is never removed, and tells (to the user who owns it alone) where the
owner can be reached: see `core.doorway`. Called by the engine and by whoever starts it.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from core.durable import disk_error
from core.errors import HangaError
from core.paths import Home

if TYPE_CHECKING:  # what connections are made of is fetched when one is made: a home can be owned without
    from core.doorway import Porter, Receive

logger = logging.getLogger(__name__)

LOCKED_BYTE: Final = 1 << 30
"""Far behind all that the file holds: Windows lets nobody else read what is locked."""

ROOM: Final = 1024
"""Bytes of the file, always all of them written, so that an owner who has less to tell leaves nothing of the last."""

SOON: Final = 0.05
"""Seconds between two attempts to reach an owner who is just starting."""


class Instance:
    """The one program that owns a home, until `release`, or its end."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor
        self._porter: Porter | None = None

    def listen(self, receive: Receive) -> None:
        """From now on `receive` gets the arguments of every other start, a list of texts each, in any thread.

        Where the system does not let anybody be reached, the program runs all the same, and other starts do not.
        """
        from core.doorway import Porter

        try:
            self._porter = Porter(self._path.parent, receive)
            _tell(self._descriptor, self._porter.doorway.packed())
        except (OSError, HangaError) as error:
            logger.warning("other starts cannot hand over: %s", error)

    def release(self) -> None:
        """The home is anybody's again."""
        if self._porter is not None:
            self._porter.close()
        os.close(self._descriptor)

    def __enter__(self) -> Instance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def claim(home: Home) -> Instance | None:
    """The home for this process alone; None where another has it.

    Raises HangaError: disk.unwritable, disk.full where no lock can be made; disk.unlockable where it means nothing.
    """
    path = home.lock.absolute()
    try:
        descriptor = _open(path)
    except OSError as error:
        raise disk_error(path, error) from error
    try:
        if _lock(descriptor):
            return Instance(path, descriptor)
    except OSError as error:
        os.close(descriptor)
        reason = error.strerror or str(error)
        raise HangaError("disk.unlockable", folder=str(path.parent), reason=reason) from error
    os.close(descriptor)
    return None


def enter(home: Home, arguments: Sequence[str], patience: float = 10.0) -> Instance | None:
    """The home, or None once `arguments` are with the program that has it.

    Raises as `claim` does, and HangaError engine.home_in_use if its owner says nothing for `patience` seconds.
    """
    end = time.monotonic() + patience
    while True:
        if (instance := claim(home)) is not None or hand_over(home, arguments, patience=0):
            return instance
        if time.monotonic() > end:
            raise HangaError("engine.home_in_use", folder=str(home.root))
        time.sleep(SOON)


def hand_over(home: Home, arguments: Sequence[str], patience: float = 10.0) -> bool:
    """Give `arguments` to the owner of the home; whether it has them. An owner who is just starting is waited for,
    at most `patience` seconds. Paths among them should be absolute: the owner works in another folder."""
    from core.doorway import Doorway, RefusedError, visit

    end = time.monotonic() + patience
    while True:
        try:
            visit(Doorway.unpacked(_told(home.lock)), arguments)
            return True
        except (OSError, EOFError, ValueError, RefusedError) as error:
            logger.info("the owner of %s was not reached: %s", home.root, error)
        if time.monotonic() > end:
            return False
        time.sleep(SOON)


def _open(path: Path) -> int:
    """Readable and writable by this user only. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return descriptor


def _lock(descriptor: int) -> bool:
    """Whether nobody else has it. Raises OSError where the file system knows no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _tell(descriptor: int, data: bytes) -> None:
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, data.ljust(ROOM))


def _told(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(ROOM)
