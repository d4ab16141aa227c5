"""The first start: nothing to set up, and one card that says what else there is, until it is closed."""

from __future__ import annotations

from pathlib import Path

import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.window.main_window import MainWindow
from tests.app.test_accessibility import nameless
from tests.app.window.conftest import PATIENCE, Open
from tests.tiny import write_base, write_refiner


def shown(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.first_card.isVisible, timeout=PATIENCE)


def test_everything_is_there_at_the_first_start(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    shown(window, qtbot)
    request = window.create_page.panel.request()
    assert request.checkpoint == "starter"
    assert request.prompt
    assert nameless(window.first_card) == []


def test_it_leads_to_where_models_are_to_be_had(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    shown(window, qtbot)
    get = window.first_card.findChild(QPushButton, "first.get")
    assert get is not None
    qtbot.mouseClick(get, Qt.MouseButton.LeftButton)
    assert (window.page, window.first_card.isVisible()) == ("models", False)
    window.go("create")
    have = window.first_card.findChild(QPushButton, "first.have")
    assert have is not None
    qtbot.mouseClick(have, Qt.MouseButton.LeftButton)
    dialog = window.models_page.findChild(QFileDialog)
    assert dialog is not None
    dialog.reject()


def test_once_closed_it_stays_away(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    shown(window, qtbot)
    close = window.first_card.findChild(QToolButton, "first.close")
    assert close is not None
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not window.first_card.isVisible()
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: len(again.models_page.found) >= 2, timeout=PATIENCE)
    qtbot.wait(50)
    assert not again.first_card.isVisible()


def test_who_has_full_models_is_told_nothing(open_window: Open, qtbot: QtBot, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    write_base(home / "models" / "base.safetensors", torch.float16)
    write_refiner(home / "models" / "refiner.safetensors", torch.float16)
    window = open_window()
    qtbot.waitUntil(lambda: len(window.models_page.found) >= 4, timeout=PATIENCE)
    assert not window.first_card.isVisible()
