"""Work beside the window: its answers come in the window's thread, and it may outlast who asked for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.background import Background
from core.errors import HangaError

LONG_SECONDS = 0.05


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def nobody(answer: object) -> None:
    raise AssertionError(f"nobody is there to hear {answer!r}")


def test_answers_come_in_the_thread_of_the_window(owner: QObject, qtbot: QtBot) -> None:
    heard: list[tuple[object, threading.Thread]] = []
    Background(owner).ask(
        threading.current_thread, lambda worker: heard.append((worker, threading.current_thread())), nobody
    )
    qtbot.waitUntil(lambda: bool(heard))
    worker, listener = heard[0]
    assert listener is threading.main_thread()
    assert worker is not listener


def test_what_goes_wrong_is_told(owner: QObject, qtbot: QtBot) -> None:
    def fail() -> None:
        raise HangaError("disk.full", path="x")

    heard: list[str] = []
    Background(owner).ask(fail, nobody, lambda error: heard.append(error.code))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["disk.full"]


def test_work_that_outlasts_its_owner_ends_unheard(owner: QObject, qtbot: QtBot) -> None:
    """An exception in the other thread would fail the test when it ends."""
    begun, done = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(LONG_SECONDS)
        done.set()

    background = Background(owner)
    background.ask(work, nobody, nobody)
    assert begun.wait(10)
    delete(owner)
    assert done.is_set()
    qtbot.wait(1)


def test_what_has_not_begun_never_does(owner: QObject) -> None:
    begun = threading.Event()
    done: list[int] = []

    def work(number: int) -> Callable[[], None]:
        def carry_out() -> None:
            begun.set()
            time.sleep(LONG_SECONDS)
            done.append(number)

        return carry_out

    background = Background(owner, threads=1)
    for number in range(5):
        background.ask(work(number), nobody, nobody)
    assert begun.wait(10)
    delete(owner)
    assert done == [0]
