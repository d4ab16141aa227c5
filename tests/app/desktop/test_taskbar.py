"""The taskbar of Windows is called as its table of methods says: checked against a table of our own."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from app.desktop.taskbar import (
    INDETERMINATE,
    INITIALIZE,
    NO_PROGRESS,
    NORMAL,
    PAUSED,
    SET_STATE,
    SET_VALUE,
    WindowsTaskbar,
    taskbar_here,
)

WINDOW = 0x12345
LONG, POINTER, NUMBER = ctypes.c_long, ctypes.c_void_p, ctypes.c_ulonglong


class FakeComObject:
    """A table of functions as COM has them, which writes down how it is called."""

    def __init__(self, result: int = 0) -> None:
        self.calls: list[tuple[Any, ...]] = []
        kinds = {
            INITIALIZE: ctypes.CFUNCTYPE(LONG, POINTER),
            SET_VALUE: ctypes.CFUNCTYPE(LONG, POINTER, POINTER, NUMBER, NUMBER),
            SET_STATE: ctypes.CFUNCTYPE(LONG, POINTER, POINTER, ctypes.c_int),
        }
        self._functions = {place: kind(self._hearing(place, result)) for place, kind in kinds.items()}
        entries = [ctypes.cast(self._functions[place], POINTER) if place in kinds else POINTER() for place in range(11)]
        self._table = (POINTER * 11)(*entries)
        self._object = POINTER(ctypes.addressof(self._table))
        self.pointer = ctypes.addressof(self._object)

    def _hearing(self, place: int, result: int) -> Any:
        def hear(this: int, *values: Any) -> int:
            assert this == self.pointer
            self.calls.append((place, *values))
            return result

        return hear


def test_progress_is_shown_and_taken_away() -> None:
    com = FakeComObject()
    taskbar = WindowsTaskbar(com.pointer, WINDOW)
    taskbar.show(0.25)
    taskbar.show(None)
    taskbar.show(2.0, paused=True)
    taskbar.clear()
    assert com.calls == [
        (INITIALIZE,),
        (SET_STATE, WINDOW, NORMAL),
        (SET_VALUE, WINDOW, 250, 1000),
        (SET_STATE, WINDOW, INDETERMINATE),
        (SET_STATE, WINDOW, PAUSED),
        (SET_VALUE, WINDOW, 1000, 1000),
        (SET_STATE, WINDOW, NO_PROGRESS),
    ]


def test_a_taskbar_that_refuses_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        WindowsTaskbar(FakeComObject(-2147467263).pointer, WINDOW)
    assert "0x80004001" in caplog.text


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_other_systems_have_none(platform: str) -> None:
    assert taskbar_here(WINDOW, platform) is None
