"""The list of shortcuts is complete in every language, and searched by words or keys."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.window.keys import SHORTCUTS, KeysDialog
from tests.app.test_accessibility import nameless


@pytest.fixture
def dialog(qtbot: QtBot, atelier: Atelier) -> KeysDialog:
    made = KeysDialog(atelier)
    qtbot.addWidget(made)
    return made


def search(dialog: KeysDialog, text: str) -> list[str]:
    line = dialog.findChild(QLineEdit, "keys.search")
    assert line is not None
    line.setText(text)
    return [what for what, _ in dialog.found()]


def test_all_are_shown_first(dialog: KeysDialog) -> None:
    assert len(dialog.found()) == sum(map(len, SHORTCUTS.values()))
    assert all(what and keys for what, keys in dialog.found())
    assert nameless(dialog) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("generate", "Generate"), ("ctrl+z", "Take back the last change"), ("STARS five", "Give one to five stars")],
)
def test_found_by_words_and_keys(dialog: KeysDialog, text: str, found: str) -> None:
    assert search(dialog, text) == [found]


def test_nothing_is_found(dialog: KeysDialog) -> None:
    assert search(dialog, "teapot") == []
    assert len(search(dialog, "")) == sum(map(len, SHORTCUTS.values()))


def test_in_another_language(dialog: KeysDialog, atelier: Atelier) -> None:
    atelier.language.choose("ja")
    assert search(dialog, "生成") == ["生成"]


def test_keys_are_such_that_qt_knows(dialog: KeysDialog) -> None:
    for shortcuts in SHORTCUTS.values():
        for shortcut in shortcuts:
            assert all(QKeySequence(each).count() == 1 for each in shortcut.keys.split("  ")), shortcut
