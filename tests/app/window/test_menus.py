"""What the menus offer happens, by mouse and by keys; what is typed is never taken for a key of theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.window.commands import GALLERY, MENUS, PAGES, RECENT, commands
from app.window.main_window import MainWindow
from core.request import Request
from tests.app.window.conftest import PATIENCE, Open

CONTROL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: QtBot, sequence: QKeySequence, window: MainWindow) -> None:
    qtbot.keySequence(QApplication.focusWidget() or window, sequence)


def until(qtbot: QtBot, holds: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(holds()), timeout=PATIENCE)


@pytest.fixture
def window(open_window: Open, qtbot: QtBot) -> MainWindow:
    opened = open_window()
    with qtbot.waitActive(opened):
        opened.activateWindow()
    return opened


@pytest.fixture
def asked(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the menus ask for, which is not done."""
    found: list[str] = []
    monkeypatch.setattr(window, "_acts", {name: (lambda name=name: found.append(name)) for name in window._acts})
    return found


def test_every_command_does_something(window: MainWindow) -> None:
    assert {each.name for each in commands()} == set(window._acts)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_entry_has_words_and_its_letter_is_its_own(window: MainWindow, language: str) -> None:
    window._atelier.language.choose(language)
    titles = [window.menus.menus[name].title() for name in MENUS if name != "rating"]
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert len(letters) == len(set(letters))
    for menu in window.menus.menus.values():
        assert all(action.text() for action in menu.actions() if not action.isSeparator())


@pytest.mark.parametrize("page", PAGES)
def test_keys_ask_for_what_is_possible_there(window: MainWindow, qtbot: QtBot, asked: list[str], page: str) -> None:
    window.go(page)
    window.setFocus()
    wanted = [each for each in commands() if each.page in ("", page)]
    for each in wanted:
        for sequence in each.sequences:
            asked.clear()
            press(qtbot, sequence, window)
            assert asked == [each.name], sequence.toString()


def test_what_is_typed_is_no_key(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    window.go(GALLERY)
    edit = window.gallery_page.browser.search.edit
    edit.setFocus()
    qtbot.keyClicks(edit, "x1eTci0")
    qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    qtbot.keyClick(edit, "a", CONTROL)
    qtbot.keyClick(edit, "c", CONTROL)
    assert (edit.text(), asked) == ("x1eTci", [])
    assert QApplication.clipboard().text() == "x1eTci"


def test_the_prompt_lets_generate_through(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    window.create_page.focus()
    edit = QApplication.focusWidget()
    assert edit is not None
    qtbot.keyClick(edit, Qt.Key.Key_Return, CONTROL)
    qtbot.keyClick(edit, Qt.Key.Key_Enter, CONTROL | Qt.KeyboardModifier.KeypadModifier)
    assert asked == ["generate", "generate"]


def test_editing_goes_to_the_field_that_is_typed_in(window: MainWindow, qtbot: QtBot) -> None:
    window.create_page.focus()
    edit = window.create_page.panel.prompts.prompt
    edit.set_text("three whales")
    for name in ("select_all", "cut"):
        window.menus.actions_by_name[name].trigger()
    assert edit.text == ""
    for name, text in (("undo", "three whales"), ("redo", ""), ("paste", "three whales")):
        window.menus.actions_by_name[name].trigger()
        assert edit.text == text, name


def test_pages_and_full_screen(window: MainWindow) -> None:
    for name in PAGES:
        window.menus.actions_by_name[name].trigger()
        assert window.page == name
    window.menus.actions_by_name["full_screen"].trigger()
    assert window.isFullScreen()
    window.menus.actions_by_name["full_screen"].trigger()
    assert not window.isFullScreen()
    window.menus.actions_by_name["find"].trigger()
    assert window.page == GALLERY
    assert QApplication.focusWidget() is window.gallery_page.browser.search.edit


def test_the_queue_pauses_and_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    pause = window.menus.actions_by_name["pause"]
    pause.trigger()
    until(qtbot, lambda: window.queue_page.paused)
    assert pause.text() == "Go on"
    pause.trigger()
    until(qtbot, lambda: not window.queue_page.paused)
    assert "Pause" in pause.text()


def test_the_deeds_of_the_queue_are_in_its_menu(window: MainWindow) -> None:
    assert set(window.queue_page.deed_actions) <= set(window.menus.menus["queue_menu"].actions())


def recent(window: MainWindow) -> list[QAction]:
    menu: QMenu = window.menus.menus[RECENT]
    menu.aboutToShow.emit()
    return menu.actions()


def test_what_was_used_last_is_used_again(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window()
    assert [each.isEnabled() for each in recent(window)] == [False]
    page = window.create_page
    page.use(Request(prompt="a fox & a moon", checkpoint="starter", width=64, height=64, steps=3))
    page.generate()
    until(qtbot, lambda: len(recent(window)) == 2)
    window.visited([str(home / "nothing.png")])
    window.close()
    again = open_window()
    until(qtbot, lambda: len(recent(again)) == 3)
    assert [each.text() for each in recent(again)] == ["Prompt: a fox && a moon", "File: nothing.png", "Model: starter"]
    assert again.page == GALLERY
    again.create_page.panel.prompts.prompt.set_text("")
    recent(again)[0].trigger()
    assert again.create_page.panel.prompts.prompt.text == "a fox & a moon"
    assert again.page == "create"
