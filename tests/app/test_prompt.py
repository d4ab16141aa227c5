"""The prompt: weights by keys, colours, counting, history, and a paste that is far too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.widgets.prompt_editor import PromptEditor
from app.widgets.prompt_weights import LEAST, MOST, parts, reweigh
from core.request import PROMPT_LIMIT
from tests.app.conftest import Show
from tests.tools.specimens import count_words

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier

PROMPTS = st.text(alphabet="ab (:)1.2<>lora\\_ 😀夜,", max_size=60)


@pytest.fixture
def editor(atelier: Atelier, show: Show) -> PromptEditor:
    made = PromptEditor(atelier, "prompt", "window.prompt", count_words)
    show(made)
    return made


def weighed(text: str, start: int, end: int, by: float) -> str:
    edit = reweigh(text, start, end, by)
    assert edit is not None
    return text[: edit.start] + edit.new + text[edit.end :]


class TestWeights:
    @pytest.mark.parametrize(
        ("text", "at", "by", "becomes"),
        [
            ("a red fox", (2, 5), 0.1, "a (red:1.1) fox"),
            ("a red fox", (3, 3), 0.1, "a (red:1.1) fox"),
            ("a (red:1.1) fox", (4, 4), 0.1, "a (red:1.2) fox"),
            ("a (red:1.1) fox", (3, 6), -0.1, "a red fox"),
            ("a ( red ) fox", (2, 9), 0.1, "a (( red ):1.1) fox"),
            ("a <lora:hanga:0.7>", (6, 6), 0.1, "a <lora:hanga:0.8>"),
            ("a <lora:hanga>", (6, 6), 0.1, "a <lora:hanga:1.1>"),
            ("a red fox ", (1, 6), 0.1, "a (red:1.1) fox "),
        ],
    )
    def test_are_changed(self, text: str, at: tuple[int, int], by: float, becomes: str) -> None:
        assert weighed(text, *at, by) == becomes

    def test_stay_within_bounds(self) -> None:
        text, cursor = "(red:1.9)", (2, 2)
        for _ in range(5):
            text = weighed(text, *cursor, 0.1)
        assert text == f"(red:{MOST:g})"
        for _ in range(50):
            text = weighed(text, *cursor, -0.1) if ":" in text else weighed(text, 1, 1, -0.1)
        assert text == f"(red:{LEAST:g})"

    def test_nothing_to_weigh(self) -> None:
        assert reweigh("", 0, 0, 0.1) is None
        assert reweigh("a  b", 1, 3, 0.1) is None

    @given(PROMPTS, st.data())
    def test_up_and_down_come_back(self, text: str, data: st.DataObject) -> None:
        words = [match for match in ("ab", "lora") if match in text and not set("(<:") & set(text)]
        if words:
            start = text.index(words[0])
            up = reweigh(text, start, start + len(words[0]), 0.1)
            assert up is not None
            there = text[: up.start] + up.new + text[up.end :]
            inside = up.start + up.selected.start
            assert weighed(there, inside, inside + len(words[0]), -0.1) == text

    @given(PROMPTS)
    def test_parts_lie_in_the_text_in_order(self, text: str) -> None:
        ends = [0]
        for part in parts(text):
            assert ends[-1] <= part.start < part.end <= len(text)
            ends.append(part.end)


class TestKeys:
    def test_ctrl_return_generates(self, qtbot: QtBot, editor: PromptEditor) -> None:
        with qtbot.waitSignal(editor.generate_requested):
            qtbot.keyClick(editor.edit, Qt.Key.Key_Return, CONTROL)
        assert editor.text == ""

    def test_ctrl_up_weighs_the_selection_and_undo_takes_it_back(self, qtbot: QtBot, editor: PromptEditor) -> None:
        editor.set_text("😀 red fox")
        cursor = editor.edit.textCursor()
        cursor.setPosition(3)
        cursor.setPosition(6, QTextCursor.MoveMode.KeepAnchor)
        editor.edit.setTextCursor(cursor)
        for _ in range(2):
            qtbot.keyClick(editor.edit, Qt.Key.Key_Up, CONTROL)
        assert editor.text == "😀 (red:1.2) fox"
        assert editor.edit.textCursor().selectedText() == "red"
        editor.edit.undo()
        editor.edit.undo()
        assert editor.text == "😀 red fox"

    def test_tab_leaves(self, qtbot: QtBot, editor: PromptEditor) -> None:
        editor.history.set_prompts(["a"])
        qtbot.keyClick(editor.edit, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is editor.history
        assert editor.text == ""

    def test_alt_up_walks_the_history_and_back_to_the_draft(self, qtbot: QtBot, editor: PromptEditor) -> None:
        editor.history.set_prompts(["latest", "older", "latest"])
        editor.set_text("draft")
        seen = []
        for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
            qtbot.keyClick(editor.edit, key, ALT)
            seen.append(editor.text)
        assert seen == ["latest", "older", "older", "latest", "draft"]

    def test_the_menu_holds_earlier_prompts_shortened(self, editor: PromptEditor) -> None:
        editor.history.remember("x" * 500)
        editor.history.remember("a & b")
        menu = editor.history.menu_of_prompts()
        assert [action.text()[:6] for action in menu.actions()] == ["a && b", "xxxxxx"]
        menu.actions()[0].trigger()
        assert editor.text == "a & b"
        menu.deleteLater()


class TestLength:
    @pytest.mark.parametrize("piece", ["word, (red:1.2) ", "(", "夜", "a\n", "😀", "<lora:"])
    def test_a_paste_of_a_megabyte_is_cut_and_says_so_once(self, editor: PromptEditor, piece: str) -> None:
        editor.set_text("before ")
        editor.edit.moveCursor(QTextCursor.MoveOperation.End)
        mime = QMimeData()
        mime.setText(piece * (2**20 // len(piece)))
        editor.edit.insertFromMimeData(mime)
        assert PROMPT_LIMIT - 4 <= len(editor.text.encode()) <= PROMPT_LIMIT
        assert editor.text.startswith("before " + piece)
        assert "64" in editor.notice
        editor.edit.undo()
        assert editor.text == "before "

    def test_what_fits_is_not_cut(self, editor: PromptEditor) -> None:
        mime = QMimeData()
        mime.setText("a fox\x00 in the snow\r\n")
        editor.edit.insertFromMimeData(mime)
        assert editor.text == "a fox in the snow\n"
        assert editor.notice == ""

    def test_typing_ends_at_the_limit(self, qtbot: QtBot, editor: PromptEditor) -> None:
        editor.set_text("a " * (PROMPT_LIMIT // 2))
        editor.edit.moveCursor(QTextCursor.MoveOperation.End)
        qtbot.keyClicks(editor.edit, "bc")
        assert len(editor.text.encode()) == PROMPT_LIMIT
        assert editor.notice
        editor.edit.moveCursor(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor)
        qtbot.keyClick(editor.edit, Qt.Key.Key_B)
        assert "b" in editor.text


def test_tokens_are_counted_after_typing(qtbot: QtBot, editor: PromptEditor) -> None:
    qtbot.keyClicks(editor.edit, "one two three")
    qtbot.waitUntil(lambda: editor.meter.words.startswith("18 of 75"))
    editor.set_text("word " * 13)
    qtbot.waitUntil(lambda: "2 parts" in editor.meter.words)


def test_colours_show_what_means_something(editor: PromptEditor) -> None:
    editor.set_text("😀 (red:1.2) <lora:a:1> __sky__ BREAK plain")
    formats = editor.edit.document().firstBlock().layout().formats()
    units = editor.text.encode("utf-16-le")
    coloured = [units[2 * each.start : 2 * (each.start + each.length)].decode("utf-16-le") for each in formats]
    assert coloured == ["(red:1.2)", "<lora:a:1>", "__sky__", "BREAK"]
    assert len({each.format.foreground().color().name() for each in formats}) == 4
