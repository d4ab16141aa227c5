"""A disk that fails on purpose: every call that reaches it below a folder is counted, and one or more are refused.

Calls are told apart by kind (`KINDS`). A fault hits the call of a given number and, as it is asked, that alone, all
later ones of its kind, or all later ones of any kind. It answers with an error of the system, after half of the bytes
where the call is a write; or it kills the process, before the call or after it.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from core import renaming

KINDS: Final = ("open", "write", "fsync", "folder", "rename", "link", "replace", "unlink", "mkdir")
"""`folder` is the fsync of one."""

ERRORS: Final = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES)
ONCE, KIND, ALL = "once", "kind", "all"
SCOPES: Final = (ONCE, KIND, ALL)
BEFORE, AFTER = "before", "after"


def system_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@dataclass(frozen=True)
class Fault:
    """`number` counts calls from 1. `error` is None where the process is killed."""

    number: int
    error: int | None = None
    scope: str = ONCE
    moment: str = BEFORE


@dataclass
class Disk:
    """The disk below `folder`, as it is seen through `failing`. `missing` are kinds that its file system lacks, with
    what it answers to them; on a `divided` one every folder is a file system of its own."""

    folder: Path
    fault: Fault | None = None
    missing: dict[str, int] = field(default_factory=dict)
    divided: bool = False
    calls: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, kind: str, path: object, do: Callable[[], Any], half: Callable[[], Any] = lambda: None) -> Any:
        """`do`, unless it shall fail; then a `half` of it."""
        if not self.holds(path):
            return do()
        if kind in self.missing:
            raise system_error(self.missing[kind])
        number = self._counted(kind)
        if self.fault is None or not self._hits(number, kind):
            return do()
        try:
            return do() if self.fault.moment == AFTER else half()
        finally:
            if self.fault.error is not None:
                raise system_error(self.fault.error)
            os.kill(os.getpid(), signal.SIGKILL)

    def holds(self, path: object) -> bool:
        return isinstance(path, str | Path) and Path(path).is_relative_to(self.folder)

    def _counted(self, kind: str) -> int:
        with self.lock:
            self.calls.append(kind)
            return len(self.calls)

    def _hits(self, number: int, kind: str) -> bool:
        assert self.fault is not None
        later = number > self.fault.number
        if not later or self.fault.scope == ONCE:
            return number == self.fault.number
        return self.fault.scope == ALL or kind == self.calls[self.fault.number - 1]


class File(io.FileIO):
    """A file whose writes are calls of a disk."""

    def __init__(self, path: Path, mode: str, disk: Disk) -> None:
        super().__init__(path, mode)
        self._path, self._disk = path, disk

    def write(self, data: Any) -> int:
        half = bytes(data[: len(data) // 2])
        write = super().write
        return self._disk.call("write", self._path, lambda: write(data), lambda: write(half))


@contextlib.contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """Within, whatever `core.durable` and `core.renaming` ask of the system passes through `disk`. Nothing is really
    synced: processes are killed here, not machines."""
    seams = {
        "io.open": _opening(disk, io.open),
        "os.fsync": lambda descriptor: _sync(disk, descriptor),
        "os.mkdir": _taking(disk, "mkdir", os.mkdir),
        "os.unlink": _taking(disk, "unlink", os.unlink),
        "os.link": _renaming(disk, "link", os.link),
        "os.replace": _renaming(disk, "replace", os.replace),
        "core.renaming.exclusively": _renaming(disk, "rename", renaming.exclusively),
    }
    with contextlib.ExitStack() as stack:
        for name, seam in seams.items():
            stack.enter_context(mock.patch(name, seam))
        yield disk


def _opening(disk: Disk, call: Callable[..., Any]) -> Callable[..., Any]:
    def opened(path: Any, mode: str = "r", *others: Any, **more: Any) -> Any:
        if not ("b" in mode and set(mode) & set("wxa+")) or not disk.holds(path):
            return call(path, mode, *others, **more)
        return io.BufferedWriter(disk.call("open", path, lambda: File(path, mode.replace("b", ""), disk)))

    return opened


def _sync(disk: Disk, descriptor: int) -> None:
    kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "fsync"
    disk.call(kind, disk.folder, lambda: None)


def _taking(disk: Disk, kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda path, *others, **more: disk.call(kind, path, lambda: call(path, *others, **more))


def _renaming(disk: Disk, kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def renamed(source: Any, target: Any) -> None:
        if disk.divided and Path(source).parent != Path(target).parent:
            raise system_error(errno.EXDEV)
        disk.call(kind, target, lambda: call(source, target))

    return renamed
