"""Keeping the computer awake: asked for once, released once, on every system; what refuses is only written down."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QProcess
from pytestqt.qtbot import QtBot

from app.desktop import awake
from app.desktop.awake import CONTINUOUS, SYSTEM_REQUIRED, ByBus, ByProcess, ByThread, awake_here

LONG = 30_000


class Doubtful:
    """Holds and releases in a list."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def hold(self) -> None:
        self.done.append("hold")

    def release(self) -> None:
        self.done.append("release")


class FakeBus:
    def __init__(self, refuses: bool) -> None:
        self.refuses, self.closed = refuses, False
        self.later: list[Callable[[str], object]] = []

    def ask(self, refused: Callable[[str], object]) -> None:
        self.later.append(refused)
        if self.refuses:
            refused("no such service")

    def close(self) -> None:
        self.closed = True


def test_windows_is_told_what_the_thread_requires() -> None:
    told: list[int] = []

    def say(state: int) -> int:
        told.append(state)
        return 1

    by_thread = ByThread(say)
    by_thread.hold()
    by_thread.release()
    assert told == [CONTINUOUS | SYSTEM_REQUIRED, CONTINUOUS]


def test_windows_may_refuse(caplog: pytest.LogCaptureFixture) -> None:
    ByThread(lambda state: 0).hold()
    assert "does not take" in caplog.text


def test_a_program_runs_as_long_as_it_is_wanted(qtbot: QtBot, tmp_path: Path) -> None:
    parent, mark = QObject(), tmp_path / "ended"
    code = f"import sys, pathlib; sys.stdin.read(); pathlib.Path({str(mark)!r}).touch()"
    by_process = ByProcess((sys.executable, "-c", code), parent)
    by_process.hold()
    process = by_process.findChild(QProcess)
    assert process is not None
    qtbot.waitUntil(lambda: process.state() == QProcess.ProcessState.Running, timeout=LONG)
    by_process.release()
    qtbot.waitUntil(mark.exists, timeout=LONG)
    qtbot.waitUntil(lambda: by_process.findChild(QProcess) is None, timeout=LONG)


def test_a_program_that_ends_by_itself_is_no_matter(qtbot: QtBot) -> None:
    parent = QObject()
    by_process = ByProcess((sys.executable, "-c", "raise SystemExit(1)"), parent)
    by_process.hold()
    qtbot.waitUntil(lambda: by_process.findChild(QProcess) is None, timeout=LONG)
    by_process.release()


def test_a_program_that_is_not_there_is_written_down(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    parent = QObject()
    by_process = ByProcess(("hanga-has-no-such-program",), parent)
    by_process.hold()
    qtbot.waitUntil(lambda: "hanga-has-no-such-program" in caplog.text, timeout=LONG)
    by_process.release()


@pytest.mark.parametrize("refuses", [False, True])
def test_the_bus_is_asked_first(refuses: bool) -> None:
    bus, otherwise = FakeBus(refuses), Doubtful()
    by_bus = ByBus(lambda: bus, otherwise)
    by_bus.hold()
    assert otherwise.done == (["hold"] if refuses else [])
    by_bus.release()
    assert bus.closed
    assert otherwise.done == (["hold", "release"] if refuses else [])


def test_a_bus_that_refuses_late_is_not_heard_any_more() -> None:
    bus, otherwise = FakeBus(False), Doubtful()
    by_bus = ByBus(lambda: bus, otherwise)
    by_bus.hold()
    by_bus.release()
    bus.later[0]("too late")
    assert otherwise.done == []


def test_every_system_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "_execution_state", lambda: lambda state: 1)
    parent = QObject()
    kinds = {platform: type(awake_here(parent, platform)) for platform in ("win32", "darwin", "linux")}
    assert kinds == {"win32": ByThread, "darwin": ByProcess, "linux": ByBus}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a session bus")
def test_without_a_session_bus_the_other_way_is_tried(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from app.desktop.session_bus import SessionBus

    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    otherwise = Doubtful()
    by_bus = ByBus(SessionBus, otherwise)
    with caplog.at_level(logging.INFO):
        by_bus.hold()
    by_bus.release()
    assert otherwise.done == ["hold", "release"]
