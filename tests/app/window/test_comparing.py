"""From the gallery to comparisons and back, as keys lead there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.window.commands import BLIND, COMPARING, GALLERY, QUEUE
from app.window.main_window import MainWindow
from app.window.rail import RailButton
from core.request import Request
from tests.app.window.conftest import PATIENCE, Open

Key = Qt.Key
PROMPTS = ("a heron", "a fox", "a hare")


@pytest.fixture
def window(open_window: Open, qtbot: QtBot) -> MainWindow:
    """In the gallery, with three pictures."""
    window = open_window()
    asked = [Request(prompt=prompt, refiner=None, width=96, height=64, steps=3, seed=1) for prompt in PROMPTS]
    window.engine_thread.ask(lambda engine: engine.submit(asked))
    window.go(GALLERY)
    browser = window.gallery_page.browser
    qtbot.waitUntil(lambda: len(browser.outline) == len(PROMPTS), timeout=PATIENCE)
    browser.go_to_place(0)
    browser.grid.select([str(browser.outline.glance(place).id) for place in (0, 1)])
    browser.grid.setFocus()
    return window


def press(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(window.focusWidget(), key)


def test_c_compares_and_escape_goes_back(window: MainWindow, qtbot: QtBot) -> None:
    press(window, qtbot, Key.Key_C)
    qtbot.waitUntil(lambda: len(window.pages.compare.pictures) == 2, timeout=PATIENCE)
    assert window.page == COMPARING
    press(window, qtbot, Key.Key_3)
    grid = window.gallery_page.browser
    press(window, qtbot, Key.Key_Escape)
    assert window.page == GALLERY
    qtbot.waitUntil(lambda: {grid.outline.glance(place).rating for place in range(3)} == {0, 3}, timeout=PATIENCE)


def test_undo_takes_back_what_was_rated_there(window: MainWindow, qtbot: QtBot) -> None:
    press(window, qtbot, Key.Key_C)
    compare = window.pages.compare
    qtbot.waitUntil(lambda: len(compare.pictures) == 2, timeout=PATIENCE)
    press(window, qtbot, Key.Key_3)
    qtbot.waitUntil(window.notice.isVisible, timeout=PATIENCE)
    window.menus.actions_by_name["undo"].trigger()
    qtbot.waitUntil(lambda: compare.panes[0].rating.stars.value() == 0, timeout=PATIENCE)


def test_b_begins_a_blind_comparison_with_the_prompts_that_are_selected(window: MainWindow, qtbot: QtBot) -> None:
    press(window, qtbot, Key.Key_B)
    qtbot.waitUntil(lambda: window.page == BLIND, timeout=PATIENCE)
    wanted = window.pages.blind.set_up.wanted
    assert len(wanted.prompts) == 2
    assert set(wanted.prompts) < set(PROMPTS)
    assert wanted.a == wanted.b
    press(window, qtbot, Key.Key_Escape)
    assert window.page == GALLERY


def test_settings_of_a_side_go_to_the_create_page(window: MainWindow, qtbot: QtBot) -> None:
    prompt = window.create_page.panel.request().prompt
    window.pages.blind.use.emit(Request(prompt="", steps=13))
    used = window.create_page.panel.request()
    assert (used.steps, used.prompt) == (13, prompt)


@pytest.mark.parametrize("page", [COMPARING, BLIND])
def test_the_rail_shows_where_the_way_back_leads(window: MainWindow, page: str) -> None:
    window.go(QUEUE)
    window.go(page)
    chosen = [button.objectName() for button in window.findChildren(RailButton) if button.isChecked()]
    assert chosen == ["rail.gallery"]
