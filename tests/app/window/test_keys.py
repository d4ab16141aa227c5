"""The list of shortcuts is made of what is really bound, in every language, and searched by words or keys."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.window.commands import GALLERY, commands
from app.window.keys import OF_WIDGETS, KeysDialog
from app.window.main_window import MainWindow
from core.request import Request
from tests.app.test_accessibility import nameless
from tests.app.window.conftest import PATIENCE, Open


@pytest.fixture
def window(open_window: Open) -> MainWindow:
    return open_window()


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> KeysDialog:
    window.menus.actions_by_name["keys"].trigger()
    found = window.findChild(KeysDialog)
    assert found is not None
    return found


def search(dialog: KeysDialog, text: str) -> list[str]:
    line = dialog.findChild(QLineEdit, "keys.search")
    assert line is not None
    line.setText(text)
    return [what for what, _ in dialog.found()]


def test_all_that_have_keys_are_listed(dialog: KeysDialog, window: MainWindow) -> None:
    deeds = [each for each in window.findChildren(QAction) if each.shortcuts() and not each.objectName()]
    of_widgets = sum(map(len, OF_WIDGETS.values()))
    assert len(dialog.found()) == sum(bool(each.sequences) for each in commands()) + of_widgets + len(deeds)
    assert len(deeds) >= 6
    assert all(what and keys for what, keys in dialog.found())
    assert nameless(dialog) == []


@pytest.mark.parametrize(
    ("text", "found"), [("generate", "Generate"), ("ctrl+z", "Undo"), ("FULL f11", "Full screen"), ("teapot", None)]
)
def test_found_by_words_and_keys(dialog: KeysDialog, text: str, found: str | None) -> None:
    assert search(dialog, text) == ([found] if found else [])
    assert len(search(dialog, "")) > 30


def test_in_another_language(dialog: KeysDialog, window: MainWindow) -> None:
    window._atelier.language.choose("ja")
    assert search(dialog, "生成") == ["生成"]


def test_no_keys_mean_two_things_in_one_place() -> None:
    for page in {each.page for each in commands()}:
        keys = [each.toString() for command in commands() if command.page in ("", page) for each in command.sequences]
        assert len(keys) == len(set(keys)), page


def test_every_key_is_one_that_qt_knows() -> None:
    for bindings in OF_WIDGETS.values():
        for keys in bindings.values():
            assert all(QKeySequence(each).count() == 1 for each in keys)


def keys_of(group: str, code: str) -> list[QKeySequence]:
    return [QKeySequence(key) for key in OF_WIDGETS[group][code]]


def test_the_keys_of_the_prompt_do_what_the_list_says(window: MainWindow, qtbot: QtBot) -> None:
    prompt = window.create_page.panel.prompts.prompt
    prompt.history.set_prompts(["an earlier one"])
    for code, text in (("stronger", "(fox:1.1)"), ("weaker", "(fox:0.9)")):
        prompt.set_text("fox")
        qtbot.keySequence(prompt.edit, keys_of("prompt", code)[0])
        assert prompt.text == text, code
    earlier, later = keys_of("prompt", "history")
    qtbot.keySequence(prompt.edit, earlier)
    assert prompt.text == "an earlier one"
    qtbot.keySequence(prompt.edit, later)
    assert prompt.text == "(fox:0.9)"
    assert set(OF_WIDGETS["prompt"]) == {"stronger", "weaker", "history"}


@pytest.mark.parametrize("code", OF_WIDGETS[GALLERY])
def test_the_keys_of_the_gallery_are_taken_there(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    left_over: list[str] = []
    monkeypatch.setattr(window.menus, "hear_late", lambda event: left_over.extend(event.text()))
    request = Request(prompt="a fox", width=64, height=64, steps=3, seed=7, checkpoint="starter", refiner=None)
    window.engine_thread.ask(lambda engine: engine.submit([request]))
    browser = window.gallery_page.browser
    qtbot.waitUntil(lambda: len(browser.outline) == 1, timeout=PATIENCE)
    window.go(GALLERY)
    browser.go_to_place(0)
    for sequence in keys_of(GALLERY, code):
        (browser.show_grid if code in ("open", "larger") else browser.show_large)()
        place = QApplication.focusWidget()
        assert place is not None
        qtbot.keySequence(place, sequence)
        assert browser.is_large if code == "open" else left_over == [], sequence.toString()
