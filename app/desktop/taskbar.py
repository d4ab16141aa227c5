"""Progress on the window's button in the taskbar of Windows, through its COM object ITaskbarList3."""

from __future__ import annotations

import ctypes
import logging
import sys
import uuid
from typing import Any, Final, Protocol

logger = logging.getLogger(__name__)

CLASS: Final = "56fdf344-fd6d-11d0-958a-006097c9a090"
INTERFACE: Final = "ea1afb91-9e28-4b86-90e9-9e9f8a5eefaf"
IN_PROCESS: Final = 1
INITIALIZE, SET_VALUE, SET_STATE = 3, 9, 10
"""Places of the methods that are used, in the object's table."""

NO_PROGRESS, INDETERMINATE, NORMAL, PAUSED = 0, 1, 2, 8
TICKS: Final = 1000

Window = int
"""Its handle."""


class Taskbar(Protocol):
    def show(self, share: float | None, paused: bool = False) -> None:
        """How much is done, from 0 to 1; None where nobody knows."""

    def clear(self) -> None: ...


class WindowsTaskbar:
    """`pointer` is that of the COM object."""

    def __init__(self, pointer: int, window: Window) -> None:
        self._pointer, self._window = pointer, ctypes.c_void_p(window)
        self._call(INITIALIZE)

    def show(self, share: float | None, paused: bool = False) -> None:
        self._state(INDETERMINATE if share is None else PAUSED if paused else NORMAL)
        if share is not None:
            done = round(min(max(share, 0.0), 1.0) * TICKS)
            self._call(SET_VALUE, self._window, ctypes.c_ulonglong(done), ctypes.c_ulonglong(TICKS))

    def clear(self) -> None:
        self._state(NO_PROGRESS)

    def _state(self, state: int) -> None:
        self._call(SET_STATE, self._window, ctypes.c_int(state))

    def _call(self, place: int, *values: Any) -> None:
        """On 64 bits there is but one way to call a function, so that of C serves for COM's."""
        table = ctypes.cast(self._pointer, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
        prototype = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *(type(value) for value in values))
        result = prototype(table[place] or 0)(self._pointer, *values)
        if result < 0:
            logger.info("the taskbar refuses call %d: %#x", place, result & 0xFFFFFFFF)


def taskbar_here(window: Window, platform: str = sys.platform) -> Taskbar | None:
    """None where taskbars show no progress."""
    if platform != "win32":
        return None
    ole = ctypes.CDLL("ole32")
    ole.CoInitialize(None)
    pointer = ctypes.c_void_p()
    result = ole.CoCreateInstance(_bytes(CLASS), None, IN_PROCESS, _bytes(INTERFACE), ctypes.byref(pointer))
    if result < 0 or not pointer.value:
        logger.warning("no progress in the taskbar: %#x", result & 0xFFFFFFFF)
        return None
    return WindowsTaskbar(pointer.value, window)


def _bytes(identity: str) -> bytes:
    """As COM has them in memory."""
    return uuid.UUID(identity).bytes_le
