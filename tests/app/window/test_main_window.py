"""The window as its user meets it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QRect, Qt, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import engine_thread, errands
from app.engine_thread import EngineThread
from app.window.main_window import MainWindow
from app.window.remembering import can_be_reached
from core.checkpoint import hashing
from core.engine import Engine, ModelRead
from core.errors import HangaError
from core.events import StageStarted
from core.library import looking
from core.library.picture import read_record
from core.paths import Home
from core.request import Request
from tests.app.window.conftest import PATIENCE, Open
from tests.jobs.fake import Fake

CONTROL = Qt.KeyboardModifier.ControlModifier


class Hearing(QObject):
    """Notices, as they come into the window's thread."""

    def __init__(self, thread: EngineThread) -> None:
        super().__init__(thread)
        self.heard: list[object] = []
        thread.noticed.connect(self.hear)

    @Slot(object)
    def hear(self, notice: object) -> None:
        self.heard.append(notice)


def pictures(home: Path) -> list[Path]:
    return sorted((home / "pictures").rglob("*.png"))


def type_prompt(qtbot: QtBot, window: MainWindow, text: str) -> None:
    edit = QApplication.focusWidget()
    assert edit is not None
    qtbot.keyClick(edit, "a", CONTROL)
    qtbot.keyClicks(edit, text)


def test_it_says_its_name_and_waits_for_a_prompt(open_window: Open) -> None:
    window = open_window()
    assert "Hanga" in window.windowTitle()
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName().lower() == "prompt"


def test_a_prompt_and_two_keys_make_a_picture(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window()
    type_prompt(qtbot, window, "a fox")
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: len(pictures(home)) == 1, timeout=PATIENCE)
    assert read_record(pictures(home)[0]).plan.request.prompt == "a fox"


def test_escape_stops_what_runs(open_window: Open, qtbot: QtBot, home: Path) -> None:
    window = open_window(lambda folder: Engine(folder, Fake(folder, seconds=1.5)))
    heard = Hearing(window.engine_thread).heard
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: any(_is(notice, "Stepped") for notice in tuple(heard)), timeout=PATIENCE)
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: any(_is(notice, "Cancelled") for notice in tuple(heard)), timeout=PATIENCE)
    assert pictures(home) == []


def test_closing_and_opening_again_brings_the_draft_back(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    type_prompt(qtbot, window, "three blue whales")
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: again.create_page.panel.prompts.prompt.text == "three blue whales", timeout=PATIENCE)


def test_a_home_that_cannot_be_opened_is_told_and_the_window_stays(open_window: Open, qtbot: QtBot) -> None:
    def refuse(home: Home) -> Engine:
        raise HangaError("disk.unwritable", name="home", folder=str(home.root), reason="read-only")

    window = open_window(refuse)
    qtbot.waitUntil(lambda: "read-only" in window.notice.text, timeout=PATIENCE)
    assert window.isVisible()


def test_generate_without_an_engine_says_why(open_window: Open, qtbot: QtBot) -> None:
    def refuse(home: Home) -> Engine:
        raise HangaError("disk.unwritable", name="home", folder=str(home.root), reason="read-only")

    window = open_window(refuse)
    qtbot.waitUntil(lambda: "read-only" in window.notice.text, timeout=PATIENCE)
    window.notice.tell("nothing")
    window.create_page.generate()
    qtbot.waitUntil(lambda: "read-only" in window.notice.text, timeout=PATIENCE)


def test_an_engine_that_does_not_answer_is_told_once(
    open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "PATIENCE_SECONDS", 0.2)
    window = open_window()
    window.engine_thread.patience.timer.setInterval(20)
    gate = threading.Event()
    window.engine_thread.ask(lambda engine: gate.wait(PATIENCE))
    qtbot.waitUntil(lambda: "longer" in window.notice.text, timeout=PATIENCE)
    window.go("gallery")
    assert (window.page, window.notice.isVisible()) == ("gallery", True)
    gate.set()
    qtbot.waitUntil(lambda: not window.notice.isVisible(), timeout=PATIENCE)


def test_an_engine_that_never_closes_does_not_keep_the_window(
    open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_thread, "CLOSING_MS", 50)
    window, gate = open_window(), threading.Event()
    window.engine_thread.ask(lambda engine: gate.wait(PATIENCE))
    window.close()
    assert not window.isVisible()
    gate.set()
    assert window.engine_thread.wait(PATIENCE)


@pytest.mark.parametrize(
    ("frame", "holds"),
    [
        ((0, 0, 900, 700), True),
        ((1900, 10, 900, 700), False),
        ((0, -300, 900, 700), False),
        ((-850, 5, 900, 700), False),
    ],
)
def test_a_window_is_put_where_it_can_be_reached(frame: tuple[int, int, int, int], holds: bool) -> None:
    assert can_be_reached(QRect(*frame), [QRect(0, 0, 1920, 1080)]) is holds


def _is(notice: object, name: str) -> bool:
    return getattr(notice, "name", "") == name


def test_a_large_model_that_is_read_is_told_of_and_keeps_nothing_waiting(
    open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(looking, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(hashing, "CHUNK_BYTES", 1 << 18)
    window = open_window()

    def hold(notice: object) -> None:
        if isinstance(notice, ModelRead):
            gate.wait(PATIENCE)

    window.engine_thread.ask(lambda engine: engine.listen(hold))
    window.engine_thread.ask(lambda engine: engine.plan(Request(prompt="a fox", checkpoint="starter")))
    qtbot.waitUntil(lambda: "Looking at base.safetensors" in window.notice.text, timeout=PATIENCE)
    answers: list[object] = []
    window.engine_thread.ask(lambda engine: engine.queue.paused, answers.append)
    qtbot.waitUntil(lambda: answers == [False], timeout=PATIENCE)
    gate.set()


def test_what_a_run_does_without_for_want_of_memory_is_told(open_window: Open) -> None:
    window = open_window()
    window.hear(StageStarted(job="job", stage="base", note="note.memory_streaming"))
    assert "Memory was short" in window.notice.text
    window.hear(StageStarted(job="job", stage="decode"))
    assert "Memory was short" in window.notice.text


def test_what_is_said_is_said_again_in_another_language(open_window: Open) -> None:
    window = open_window()
    window.tell("window.slow")
    before = window.notice.text
    window._atelier.language.choose("ja")
    assert window.notice.text != before
    window.notice.dismiss()
    window._atelier.language.choose("en")
    assert not window.notice.isVisible()
