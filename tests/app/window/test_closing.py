"""Closing the window while pictures are made: asked once, and nothing is lost either way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.window.main_window import MainWindow
from core.engine import Engine
from core.paths import Home
from core.request import Request
from core.settings import Settings, load, save
from tests.app.window.conftest import PATIENCE, Open
from tests.jobs.fake import Fake

SMALL = Request(prompt="a fox", width=64, height=64, steps=3, seed=7, checkpoint="starter", refiner=None)


def slow(seconds: float) -> Callable[[Home], Engine]:
    return lambda home: Engine(home, Fake(home, seconds=seconds))


def begin(window: MainWindow, qtbot: QtBot) -> None:
    window.create_page.use(SMALL)
    window.create_page.generate()
    qtbot.waitUntil(lambda: window.desktop.works, timeout=PATIENCE)


def leave(window: MainWindow, qtbot: QtBot) -> QMessageBox:
    window.menus.actions_by_name["quit"].trigger()
    box = window.findChild(QMessageBox, "closing")
    assert box is not None
    return box


def press(box: QMessageBox, qtbot: QtBot, name: str) -> None:
    button = box.findChild(QPushButton, f"closing.{name}")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_idle_window_closes_at_once(open_window: Open) -> None:
    window = open_window()
    window.menus.actions_by_name["quit"].trigger()
    assert not window.isVisible()
    assert window.engine_thread.isFinished()


def test_it_goes_on_out_of_sight_and_closes_when_done(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window(slow(1.0))
    begin(window, qtbot)
    box = leave(window, qtbot)
    assert "1" in box.text() or "One" in box.text()
    press(box, qtbot, "finish")
    assert not window.isVisible()
    assert not window.engine_thread.isFinished()
    qtbot.waitUntil(window.engine_thread.isFinished, timeout=PATIENCE)
    assert len(list((home / "pictures").rglob("*.png"))) == 1


def test_it_stops_and_goes_on_at_the_next_start(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window(slow(2.0))
    begin(window, qtbot)
    press(leave(window, qtbot), qtbot, "stop")
    assert window.engine_thread.isFinished()
    assert list((home / "pictures").rglob("*.png")) == []
    open_window()
    qtbot.waitUntil(lambda: len(list((home / "pictures").rglob("*.png"))) == 1, timeout=PATIENCE)


def test_one_may_think_better_of_it(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(slow(1.0))
    begin(window, qtbot)
    press(leave(window, qtbot), qtbot, "back")
    assert window.isVisible()


def test_another_start_brings_a_hidden_window_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(slow(1.0))
    begin(window, qtbot)
    press(leave(window, qtbot), qtbot, "finish")
    window.visited([])
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.desktop.works, timeout=PATIENCE)
    assert window.isVisible()


@pytest.mark.parametrize("choice", ["finish", "stop"])
def test_it_is_not_asked_again(open_window: Open, qtbot: QtBot, home: Path, choice: str) -> None:
    window = open_window(slow(1.0))
    begin(window, qtbot)
    box = leave(window, qtbot)
    always = box.findChild(QCheckBox, "closing.always")
    assert always is not None
    always.setChecked(True)
    press(box, qtbot, choice)
    qtbot.waitUntil(window.engine_thread.isFinished, timeout=PATIENCE)
    assert load(Home(home).settings)[0].closing == choice


def test_settings_say_what_is_not_asked(open_window: Open, qtbot: QtBot, home: Path) -> None:
    save(Settings(closing="stop"), Home(home).settings)
    window = open_window(slow(1.0))
    begin(window, qtbot)
    window.menus.actions_by_name["close"].trigger()
    assert not window.isVisible()
