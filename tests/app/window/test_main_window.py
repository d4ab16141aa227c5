"""The window as its user meets it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.window.main_window import MainWindow
from core.engine import Engine
from core.errors import HangaError
from core.library.picture import read_record
from core.paths import Home
from tests.app.window.conftest import PATIENCE, Open
from tests.jobs.fake import Fake

CONTROL = Qt.KeyboardModifier.ControlModifier


def pictures(home: Path) -> list[Path]:
    return sorted((home / "pictures").rglob("*.png"))


def type_prompt(qtbot: QtBot, window: MainWindow, text: str) -> None:
    edit = QApplication.focusWidget()
    assert edit is not None
    qtbot.keyClick(edit, "a", CONTROL)
    qtbot.keyClicks(edit, text)


def test_it_says_its_name_and_waits_for_a_prompt(open_window: Open) -> None:
    window = open_window()
    assert "Hanga" in window.windowTitle()
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName().lower() == "prompt"


def test_a_prompt_and_two_keys_make_a_picture(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window()
    type_prompt(qtbot, window, "a fox")
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: len(pictures(home)) == 1, timeout=PATIENCE)
    assert read_record(pictures(home)[0]).plan.request.prompt == "a fox"


def test_escape_stops_what_runs(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window(lambda folder: Engine(folder, Fake(folder, seconds=1.5)))
    heard: list[object] = []
    window.engine_thread.noticed.connect(heard.append)
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: any(_is(notice, "Stepped") for notice in tuple(heard)), timeout=PATIENCE)
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: any(_is(notice, "Cancelled") for notice in tuple(heard)), timeout=PATIENCE)
    assert pictures(home) == []


def test_closing_and_opening_again_brings_the_draft_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    type_prompt(qtbot, window, "three blue whales")
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: again.create_page.panel.prompts.prompt.text == "three blue whales", timeout=PATIENCE)


def test_a_home_that_cannot_be_opened_is_told_and_the_window_stays(open_window: Open, qtbot: QtBot) -> None:
    def refuse(home: Home) -> Engine:
        raise HangaError("disk.unwritable", name="home", folder=str(home.root), reason="read-only")

    window = open_window(refuse)
    qtbot.waitUntil(lambda: "read-only" in window.notice.text, timeout=PATIENCE)
    assert window.isVisible()


def _is(notice: object, name: str) -> bool:
    return getattr(notice, "name", "") == name
