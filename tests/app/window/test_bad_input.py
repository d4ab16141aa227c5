"""What nobody should do to a window, and somebody does: it stays alive, says one sentence, and loses nothing."""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.pages.gallery.export_dialog import ExportDialog
from app.window.commands import CREATE, GALLERY
from app.window.main_window import MainWindow
from core.request import PROMPT_LIMIT, Request
from tests.app.window.conftest import PATIENCE, Open
from tests.tools.hostile_set import CRAFTED

MEGABYTE = 1 << 20
FILES = 10_000
PROMPT = "a prompt that must stay"
AWAY = 2.0
"""Seconds of its own work that the window's thread may give to any of it, on any machine: far from a hang."""

UNDONE = 2
"""Steps: it was pasted, and cut where a prompt must end."""

HOSTILE = ("lists 100,000 deep", "three megabytes of tags", "a text that inflates (iTXt)", "HTML", "2^31 × 1")


@pytest.fixture
def window(open_window: Open) -> MainWindow:
    made = open_window()
    made.create_page.use(Request(prompt=PROMPT, width=64, height=64))
    return made


def work_of(act: Callable[[], object]) -> float:
    """Processor time of the window's thread, in seconds."""
    began = time.thread_time()
    act()
    return time.thread_time() - began


def drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, button, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    spot = QPointF(9, 9)
    QApplication.sendEvent(window, QDragEnterEvent(spot.toPoint(), copy, mime, button, modifiers))
    QApplication.sendEvent(window, QDropEvent(spot, copy, mime, button, modifiers, QEvent.Type.Drop))


def is_told(window: MainWindow) -> bool:
    return window.notice.isVisible() and bool(window.notice.text)


def test_a_megabyte_pasted_into_the_prompt(window: MainWindow, qtbot: QtBot) -> None:
    editor = QApplication.focusWidget()
    assert isinstance(editor, QPlainTextEdit)
    words = "lighthouse at night, " * (MEGABYTE // 21)
    QApplication.clipboard().setText(words)
    editor.selectAll()
    assert work_of(editor.paste) < AWAY
    assert work_of(lambda: qtbot.wait(200)) < AWAY
    assert len(window.create_page.panel.request().prompt.encode()) <= PROMPT_LIMIT
    for _ in range(UNDONE):
        editor.undo()
    assert window.create_page.panel.request().prompt == PROMPT


@pytest.mark.parametrize("name", ["noise.png", "noise.jpg", "noise.safetensors", "noise", "poem.txt"])
def test_noise_is_dropped(window: MainWindow, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(random.Random(name).randbytes(50_000))
    drop(window, tmp_path / name)
    qtbot.waitUntil(lambda: is_told(window) or "noise.safetensors" in words_of(window), timeout=PATIENCE)
    assert window.create_page.panel.request().prompt == PROMPT


def words_of(window: MainWindow) -> str:
    """What the page of models says of what is to come in."""
    return " ".join(str(each.text()) for each in window.models_page.findChildren(QLabel) if each.isVisible())


def test_ten_thousand_files_are_dropped_and_a_folder_of_them(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.png" for number in range(FILES)]
    assert work_of(lambda: drop(window, *files)) < AWAY
    qtbot.waitUntil(lambda: is_told(window), timeout=PATIENCE)
    window.notice.dismiss()
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(FILES):
        os.close(os.open(folder / f"{number}.png", os.O_CREAT))
    assert work_of(lambda: drop(window, folder)) < AWAY
    qtbot.waitUntil(lambda: is_told(window), timeout=PATIENCE)
    assert window.create_page.panel.request().prompt == PROMPT


@pytest.mark.parametrize("name", HOSTILE)
def test_a_picture_that_means_harm(window: MainWindow, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    path = tmp_path / "gift.png"
    path.write_bytes(CRAFTED[name][1]())
    assert work_of(lambda: drop(window, path)) < AWAY
    qtbot.waitUntil(lambda: is_told(window) or window.create_page.panel.request().prompt != PROMPT, timeout=PATIENCE)
    assert work_of(lambda: qtbot.wait(200)) < AWAY
    window.create_page.use(Request(prompt="and the window goes on"))
    assert window.create_page.panel.request().prompt == "and the window goes on"


def test_the_disk_is_full_in_the_middle_of_an_export(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.create_page.generate()
    qtbot.waitUntil(lambda: len(window.gallery_page.browser.outline) == 1, timeout=PATIENCE)
    window.go(GALLERY)
    window.gallery_page.browser.go_to_place(0)
    window.gallery_page.hands.do("export")
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.set_folder(tmp_path)
    monkeypatch.setattr("core.durable.os.fsync", refusing)
    dialog.go.click()
    qtbot.waitUntil(lambda: "full" in dialog._told.text(), timeout=PATIENCE)
    assert list(tmp_path.glob("*.png")) == []
    monkeypatch.undo()
    dialog.go.click()
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("*.png"))) == 1, timeout=PATIENCE)
    window.go(CREATE)
    assert window.create_page.panel.request().prompt == PROMPT


def refusing(file: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
