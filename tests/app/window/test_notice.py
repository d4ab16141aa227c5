"""A notice lies over nothing: the page gives way, and has its room back afterwards."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.window.commands import CREATE, GALLERY, MODELS, QUEUE, SETTINGS
from app.window.main_window import MainWindow
from tests.app.window.conftest import PATIENCE, Open

LONG = " ".join(["a picture that could not be saved"] * 12)


def place(widget: QWidget, window: MainWindow) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("name", [CREATE, GALLERY, MODELS, QUEUE, SETTINGS])
def test_it_covers_nothing_of_a_page(open_window: Open, qtbot: QtBot, name: str) -> None:
    window = open_window()
    window.go(name)
    page = window.pages.page(name)
    window.tell_undoable("window_gallery.rated.many", {"number": 3, "rating": 4}, lambda: None)
    qtbot.waitUntil(lambda: place(page, window).bottom() < place(window.notice, window).top(), timeout=PATIENCE)
    assert window.rect().contains(place(window.notice, window))
    window.notice.dismiss()
    qtbot.waitUntil(lambda: place(page, window).bottom() == window.rect().bottom(), timeout=PATIENCE)


@pytest.mark.parametrize("width", [1024, 1440])
def test_long_words_have_the_height_that_they_need(open_window: Open, qtbot: QtBot, width: int) -> None:
    window = open_window()
    window.resize(width, 700)
    window.notice.tell(LONG)
    qtbot.waitUntil(
        lambda: window.notice.height() >= window.notice.heightForWidth(window.notice.width()), timeout=PATIENCE
    )
    assert window.notice.height() < 120
    assert window.height() == 700
    assert not place(window.notice, window).intersects(place(window.create_page, window))
