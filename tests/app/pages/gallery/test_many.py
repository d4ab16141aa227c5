"""A hundred thousand pictures that nobody has made: the window goes on answering while one scrolls and selects."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, Qt
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.pages.gallery.browser import Browser
from app.pages.gallery.outline import Outline
from core.engine import Glance
from tests.app.conftest import Show

MANY = 100_000
SHAPES = ((1152, 896), (1024, 1024), (832, 1216), (1344, 768))
FRAME = 0.05
"""Seconds of this thread's own work that one event may take: others on the machine do not count."""

ALL = [Glance(number, *SHAPES[number % 4], number % 6, number % 9 == 0, False) for number in range(MANY, 0, -1)]


def busy(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began


@pytest.fixture
def browser(atelier: Atelier, show: Show) -> Browser:
    made = Browser(atelier, lambda wanted: None, lambda identities: QMimeData())
    made.resize(900, 700)
    show(made)
    made.show_all(Outline(ALL))
    return made


def test_scrolling_never_holds_the_window_up(qtbot: QtBot, browser: Browser) -> None:
    bar = browser.grid.verticalScrollBar()
    assert bar.maximum() > 1_000_000
    slowest = 0.0
    for step in range(60):
        slowest = max(slowest, busy(partial(bar.setValue, bar.maximum() * step // 60)))
        slowest = max(slowest, busy(browser.grid.viewport().repaint))
    qtbot.keyClick(browser.grid, Qt.Key.Key_End)
    assert browser.grid.current() == "1"
    assert slowest < FRAME


def test_a_picture_more_leaves_everything_where_it_was(browser: Browser) -> None:
    grid = browser.grid
    browser.go_to(50_000)
    grid.selectionModel().select(grid.pictures.index(7), QItemSelectionModel.SelectionFlag.Select)
    picked, before = browser.selected(), grid.visualRect(grid.currentIndex())
    more = Outline([Glance(MANY + 1, 1024, 1024, 0, False, False), *ALL])
    taken = busy(lambda: browser.show_all(more))
    assert browser.selected() == picked
    assert grid.current() == "50000"
    after = grid.visualRect(grid.currentIndex())
    assert abs(after.top() - before.top()) < grid.viewport().height()
    assert grid.viewport().rect().intersects(after)
    assert taken < 2 * FRAME


def test_all_are_selected_and_marked_at_once(browser: Browser) -> None:
    assert busy(browser.grid.selectAll) < FRAME
    assert browser.grid.selected_count() == MANY
    everything = browser.selected()
    assert everything[0] == MANY
    browser.mark(everything, rating=5)
    assert browser.outline.glance(77).rating == 5
