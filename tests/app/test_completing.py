"""What is offered while a prompt is typed, and what the keys do with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.widgets.completions import LORA, STYLE, WILDCARD, WORD, Vocabulary, phrases_of
from app.widgets.prompt_editor import PromptEditor
from tests.app.conftest import Show

VOCABULARY = Vocabulary(
    ("red lighthouse", "foxglove", "volumetric light", "夜の海"),
    {"Woodblock print": "Woodblock print", "Film": "フィルム"},
    ("shin-hanga", "film grain"),
    ("animal", "deep/sea animal"),
)


def offered(before: str) -> list[tuple[str, str]]:
    return [(offer.kind, offer.words) for offer in VOCABULARY.offers(before)]


class TestOffers:
    @pytest.mark.parametrize(
        ("before", "expected"),
        [
            ("a fo", [(WORD, "foxglove")]),
            ("by day, red li", [(WORD, "red lighthouse")]),
            ("a (VOLU", [(WORD, "volumetric light")]),
            ("a wood", [(STYLE, "Woodblock print")]),
            ("film", [(STYLE, "フィルム"), (LORA, "film grain")]),
            ("夜の", [(WORD, "夜の海")]),
            ("a <lora:", [(LORA, "shin-hanga"), (LORA, "film grain")]),
            ("a <lora:grain", [(LORA, "film grain")]),
            ("a __ani", [(WILDCARD, "animal"), (WILDCARD, "deep/sea animal")]),
            ("a __", [(WILDCARD, "animal"), (WILDCARD, "deep/sea animal")]),
            ("foxglove", []),
            ("f", []),
            ("a fo ", []),
            ("__animal__", []),
            ("", []),
        ],
    )
    def test_follow_what_is_typed(self, before: str, expected: list[tuple[str, str]]) -> None:
        assert offered(before) == expected

    @given(st.text(max_size=30))
    def test_replace_only_what_was_typed(self, before: str) -> None:
        for offer in VOCABULARY.offers(before):
            assert 0 < offer.typed <= len(before)

    def test_phrases_are_the_most_used_first(self) -> None:
        found = phrases_of(["a fox, misty morning", "misty morning, (owl:1.2)", "ink"])
        assert found[0] == "misty morning"
        assert {"a fox", "misty", "morning", "owl", "ink"} <= set(found)


@pytest.fixture
def editor(atelier: Atelier, show: Show) -> PromptEditor:
    made = PromptEditor(atelier, "prompt", "window.prompt")
    made.resize(400, 300)
    show(made)
    made.completing.set_vocabulary(VOCABULARY)
    return made


def type_words(editor: PromptEditor, qtbot: QtBot, words: str, *, offers: bool = True) -> None:
    qtbot.keyClicks(editor.edit, words)
    if offers:
        qtbot.waitUntil(editor.completing.list.isVisible)
    else:
        qtbot.wait(200)


class TestKeys:
    @pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Return])
    def test_take_the_first(self, editor: PromptEditor, qtbot: QtBot, key: Qt.Key) -> None:
        editor.edit.insertPlainText("a 😀 ")
        type_words(editor, qtbot, "fo")
        qtbot.keyClick(editor.edit, key)
        assert editor.text == "a 😀 foxglove"
        assert editor.edit.hasFocus()
        assert not editor.completing.list.isVisible()
        editor.edit.undo()
        assert editor.text == "a 😀 fo"

    def test_arrows_choose_another(self, editor: PromptEditor, qtbot: QtBot) -> None:
        type_words(editor, qtbot, "a __")
        qtbot.keyClick(editor.edit, Qt.Key.Key_Down)
        qtbot.keyClick(editor.edit, Qt.Key.Key_Tab)
        assert editor.text == "a __deep/sea animal__"

    def test_escape_closes_and_is_no_shortcut_then(self, editor: PromptEditor, qtbot: QtBot) -> None:
        stopped: list[bool] = []
        stop = QAction(editor)
        stop.setShortcut(QKeySequence("Esc"))
        stop.triggered.connect(lambda: stopped.append(True))
        editor.addAction(stop)
        type_words(editor, qtbot, "a fo")
        qtbot.keyClick(editor.edit, Qt.Key.Key_Escape)
        assert not editor.completing.list.isVisible()
        assert (editor.text, stopped) == ("a fo", [])
        qtbot.keyClick(editor.edit, Qt.Key.Key_Escape)
        assert len(stopped) == 1

    def test_tab_and_return_are_themselves_without_offers(self, editor: PromptEditor, qtbot: QtBot) -> None:
        editor.history.set_prompts(["so that there is another control"])
        type_words(editor, qtbot, "a cat", offers=False)
        qtbot.keyClick(editor.edit, Qt.Key.Key_Return)
        assert editor.text == "a cat\n"
        qtbot.keyClick(editor.edit, Qt.Key.Key_Tab)
        assert not editor.edit.hasFocus()

    def test_a_style_is_turned_on_instead_of_written(self, editor: PromptEditor, qtbot: QtBot) -> None:
        type_words(editor, qtbot, "a fox, wood")
        with qtbot.waitSignal(editor.completing.style_taken) as taken:
            qtbot.keyClick(editor.edit, Qt.Key.Key_Tab)
        assert taken.args == ["Woodblock print"]
        assert editor.text == "a fox, "

    def test_a_click_takes_one(self, editor: PromptEditor, qtbot: QtBot) -> None:
        type_words(editor, qtbot, "<lora:")
        place = editor.completing.list.visualItemRect(editor.completing.list.item(1)).center()
        qtbot.mouseClick(editor.completing.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert editor.text == "<lora:film grain:1>"


def test_they_go_with_what_they_were_offered_for(editor: PromptEditor, qtbot: QtBot) -> None:
    type_words(editor, qtbot, "a fo")
    longest = editor.completing.list.sizeHintForRow(0)
    assert editor.completing.list.height() >= longest
    assert editor.completing.list.width() >= editor.fontMetrics().horizontalAdvance("foxglove")
    editor.set_text("something else")
    assert not editor.completing.list.isVisible()


def test_nothing_is_offered_for_what_was_not_typed(editor: PromptEditor, qtbot: QtBot) -> None:
    editor.set_text("a fo")
    qtbot.wait(200)
    assert not editor.completing.list.isVisible()
    type_words(editor, qtbot, "x")
    qtbot.keyClick(editor.edit, Qt.Key.Key_Left)
    assert not editor.completing.list.isVisible()
