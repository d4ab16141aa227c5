"""Keeping the computer awake, on each system: it is released when asked to, and at the latest when Hanga ends."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QObject, QProcess

logger = logging.getLogger(__name__)

CONTINUOUS: Final = 0x80000000
SYSTEM_REQUIRED: Final = 0x00000001
"""Of Windows' SetThreadExecutionState."""

WHO: Final = "Hanga"
WHY: Final = "Pictures are being made"

ON_MAC: Final = ("caffeinate", "-i", "cat")
WITH_SYSTEMD: Final = ("systemd-inhibit", "--what=idle:sleep", f"--who={WHO}", f"--why={WHY}", "cat")
"""`cat` ends with the pipe it reads from: when Hanga closes it, or is no more."""


class Awake(Protocol):
    """`hold` and `release` come in turn."""

    def hold(self) -> None: ...

    def release(self) -> None: ...


class ByThread:
    """On Windows: the thread says what it requires, for as long as it lives. `say` is SetThreadExecutionState, which
    returns what was said before, 0 for a failure."""

    def __init__(self, say: Callable[[int], int]) -> None:
        self._say = say

    def hold(self) -> None:
        self._tell(CONTINUOUS | SYSTEM_REQUIRED)

    def release(self) -> None:
        self._tell(CONTINUOUS)

    def _tell(self, state: int) -> None:
        if not self._say(state):
            logger.warning("the system does not take the state %#x", state)


class ByProcess(QObject):
    """A program that keeps the system awake as long as it runs."""

    def __init__(self, command: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._process: QProcess | None = None

    def hold(self) -> None:
        process = self._process = QProcess(self)
        process.errorOccurred.connect(self._failed)
        process.finished.connect(process.deleteLater)
        process.finished.connect(lambda: self._ended(process))
        process.start(self._command[0], list(self._command[1:]))

    def release(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.closeWriteChannel()

    def _ended(self, process: QProcess) -> None:
        """Because it was released; too early, where it may not do what it is for; or with its window."""
        if process is self._process:
            self._process = None

    def _failed(self, error: QProcess.ProcessError) -> None:
        logger.warning("%s does not keep the system awake: %s", self._command[0], error.name)


class Bus(Protocol):
    """A connection to the desktop's bus that ends with `close`, and with it whatever it asked for."""

    def ask(self, refused: Callable[[str], object]) -> None:
        """Ask for no sleep; `refused` is called with the reason, at once or later, if that is not granted."""

    def close(self) -> None: ...


class ByBus:
    """On Linux: the desktop is asked, and where it does not answer, `otherwise`."""

    def __init__(self, bus: Callable[[], Bus], otherwise: Awake) -> None:
        self._connect, self._otherwise = bus, otherwise
        self._bus: Bus | None = None
        self._holds_otherwise = False

    def hold(self) -> None:
        self._bus = self._connect()
        self._bus.ask(self._refused)

    def release(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()
        if self._holds_otherwise:
            self._holds_otherwise = False
            self._otherwise.release()

    def _refused(self, reason: str) -> None:
        if self._bus is not None and not self._holds_otherwise:
            logger.info("the desktop's bus does not keep the system awake: %s", reason)
            self._holds_otherwise = True
            self._otherwise.hold()


def awake_here(parent: QObject, platform: str = sys.platform) -> Awake:
    """What this system has for it."""
    if platform == "win32":
        return ByThread(_execution_state())
    if platform == "darwin":
        return ByProcess(ON_MAC, parent)
    from app.desktop.session_bus import SessionBus

    return ByBus(SessionBus, ByProcess(WITH_SYSTEMD, parent))


def _execution_state() -> Callable[[int], int]:
    import ctypes

    return lambda state: int(ctypes.CDLL("kernel32").SetThreadExecutionState(ctypes.c_uint(state)))
