"""Renaming a file without ever replacing another, by the best means that system and file system have.

Linux and macOS have a call for it, Windows' own rename is one. File systems that do not know the call mostly have hard
links, which never replace. For the last few, the name is taken with an empty file first: never over anything, but a
process killed at that moment leaves the empty file.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from pathlib import Path
from typing import Final

CANNOT: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})
"""What systems, file systems and sandboxes answer to a call, or a flag of one, that they do not have."""

NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK})
"""What file systems without hard links (FAT, some network shares) answer to one."""

AT_FDCWD: Final = -100
RENAME_NOREPLACE: Final = 1
RENAME_EXCL: Final = 4


def rename_new(source: Path, target: Path) -> None:
    """`source` under the name `target` of the same file system, in one step. Raises OSError, FileExistsError where
    `target` is taken; then `source` is where it was and `target` as it was."""
    try:
        exclusively(source, target)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        _by_link(source, target)


def exclusively(source: Path, target: Path) -> None:
    """The system's own call. Raises OSError with a number of `CANNOT` where there is none."""
    if sys.platform == "win32":
        os.rename(source, target)  # Refuses to replace there.
        return
    names = os.fsencode(source), os.fsencode(target)
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):
        failed = library.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_NOREPLACE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, RENAME_EXCL)
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(source), None, str(target))


def _by_link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _by_placeholder(source, target)
    else:
        _or_unlink(target, source)


def _or_unlink(target: Path, source: Path) -> None:
    """Drop the old name; if it stays, drop the new one, so that the file has but one."""
    try:
        source.unlink()
    except OSError:
        _drop(target)
        raise


def _by_placeholder(source: Path, target: Path) -> None:
    target.open("xb").close()
    try:
        os.replace(source, target)
    except OSError:
        _drop(target)
        raise


def _drop(made: Path) -> None:
    """What this process has made goes; why it has to is the error to tell, not that it stays."""
    with contextlib.suppress(OSError):
        made.unlink()
