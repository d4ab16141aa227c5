"""What is not seen at first: pages come one after another, and nobody notices but for their being there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.window.commands import BLIND, COMPARING, CREATE, MODELS, PAGES, QUEUE
from app.window.main_window import MainWindow
from app.window.meanwhile import Meanwhile
from app.window.pages import Pages
from core.engine import Opening
from core.errors import HangaError
from core.paths import Home
from tests.app.window.conftest import PATIENCE, Open

ALL = {*PAGES, COMPARING, BLIND}


class Windows(QObject):
    """Remembers what is shown as a window of its own."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self.shown: list[QWidget] = []
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt calls it so
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


@pytest.fixture
def window(qtbot: QtBot, atelier: Atelier, home: Path) -> MainWindow:
    """Without an engine, and not shown yet."""
    window = MainWindow(atelier, EngineThread(Home(home)))
    qtbot.addWidget(window)
    return window


def test_only_the_first_page_is_made_before_the_window_is_seen(window: MainWindow) -> None:
    assert set(window.pages.by_name) == {CREATE}


def test_it_says_when_it_has_been_seen(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.meanwhile.seen, timeout=PATIENCE):
        window.show()
    assert set(window.pages.by_name) == {CREATE}


def test_the_others_come_when_the_engine_is_there(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    qtbot.waitUntil(lambda: set(window.pages.by_name) == ALL, timeout=PATIENCE)
    assert window.page == CREATE


def test_the_others_come_without_an_engine_too(window: MainWindow, qtbot: QtBot) -> None:
    window.refused(HangaError("disk.full", name="hanga.db", folder="/"))
    qtbot.waitUntil(lambda: set(window.pages.by_name) == ALL, timeout=PATIENCE)


def test_a_page_is_there_as_soon_as_it_is_wanted(window: MainWindow) -> None:
    window.go(MODELS)
    assert window.page == MODELS
    assert set(window.pages.by_name) == {CREATE, MODELS}


def test_typing_goes_on_while_pages_come(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=PATIENCE)
    prompt = QApplication.focusWidget()
    for _ in window.pages.make_all():
        qtbot.keyClicks(prompt, "x")
        assert QApplication.focusWidget() is prompt
    assert set(window.pages.by_name) == ALL
    assert window.create_page.panel.prompts.prompt.text.endswith("xxx")


def test_no_other_window_flashes(qapp: QApplication, atelier: Atelier, home: Path, qtbot: QtBot) -> None:
    windows = Windows(qapp)
    window = MainWindow(atelier, EngineThread(Home(home)))
    qtbot.addWidget(window)
    window.show()
    for _ in window.pages.make_all():
        pass
    qapp.removeEventFilter(windows)
    assert windows.shown == [window]


def test_a_page_that_comes_late_knows_that_the_engine_is_there(
    open_window: Open, atelier: Atelier, qtbot: QtBot
) -> None:
    pages = Pages(atelier, open_window().engine_thread, lambda name, page: qtbot.addWidget(page))
    pages.opened(Opening())
    qtbot.waitUntil(lambda: len(pages.models.found) >= 2, timeout=PATIENCE)


def test_menus_have_what_the_queue_can_do_once_it_is_there(window: MainWindow) -> None:
    menu = window.menus.menus["queue_menu"]
    before = len(menu.actions())
    assert window.pages.page(QUEUE) is window.queue_page
    assert menu.actions()[before:] == window.queue_page.deed_actions


def test_a_window_that_is_shown_nowhere_counts_as_seen_in_the_end(qtbot: QtBot) -> None:
    hidden, steps = QWidget(), iter((None, None, None))
    qtbot.addWidget(hidden)
    meanwhile = Meanwhile(hidden, steps)
    meanwhile.seen.connect(meanwhile.begin)
    with qtbot.waitSignals([meanwhile.seen, meanwhile.done], timeout=PATIENCE, order="strict"):
        QApplication.sendEvent(hidden, QEvent(QEvent.Type.Show))
    assert list(steps) == []
