"""The queue page: jobs are seen as they are, arranged by mouse and keys, taken out and brought back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.atelier import Atelier
from app.pages.queue.model import QueueModel
from app.pages.queue.rows import CANCELLED, DONE, FAILED, RUNNING, WAITING
from app.widgets.entry_list import ENTRY, Index
from app.widgets.entry_painter import Entry
from core.errors import HangaError
from tests.app.pages.queue.conftest import Desk, Open
from tests.app.test_accessibility import nameless
from tests.jobs.fake import raising


def entry(desk: Desk, row: int = 0) -> Entry:
    found: Entry = desk.page.list.model().index(row, 0).data(ENTRY)
    return found


def choose(desk: Desk, *prompts: str) -> None:
    desk.page.list.choose({row.id for row in desk.page.rows if row.prompt in prompts})
    desk.page.list.setFocus()


def press(desk: Desk, name: str) -> None:
    button = desk.page.findChild(QPushButton, name)
    assert button is not None
    desk.until(button.isEnabled)
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_empty_it_says_what_comes_here(open_desk: Open, atelier: Atelier) -> None:
    desk = open_desk()
    assert not desk.page.list.isVisible()
    desk.submit("a fox")
    desk.until(desk.page.list.isVisible)


def test_a_job_is_followed_to_its_picture(open_desk: Open) -> None:
    desk = open_desk(seconds=0.15)
    desk.submit("a fox", "a boat")
    desk.until(lambda: desk.prompts(WAITING) == ["a fox", "a boat"])
    press(desk, "queue.pause")
    desk.until(lambda: desk.prompts(RUNNING) == ["a fox"])
    desk.until(lambda: "laying down" in entry(desk).line and entry(desk).share is not None)
    desk.until(lambda: len(desk.prompts(DONE)) == 2)
    desk.until(lambda: not (entry(desk).picture or QImage()).isNull())
    assert entry(desk).title == "a boat", "the latest comes first"
    assert "1 picture" in entry(desk).line


class TestArranging:
    @pytest.mark.parametrize(
        ("chosen", "key", "after"),
        [
            ("b", Qt.Key.Key_Up, "bacd"),
            ("b", Qt.Key.Key_Down, "acbd"),
            ("bc", Qt.Key.Key_Down, "adbc"),
            ("cd", Qt.Key.Key_Up, "acdb"),
            ("a", Qt.Key.Key_Up, "abcd"),
            ("d", Qt.Key.Key_Down, "abcd"),
            ("bd", Qt.Key.Key_Home, "bdac"),
        ],
    )
    def test_by_keys(self, open_desk: Open, chosen: str, key: Qt.Key, after: str) -> None:
        desk = open_desk()
        desk.submit(*"abcd")
        desk.until(lambda: desk.prompts() == [*"abcd"])
        choose(desk, *chosen)
        QTest.keyClick(desk.page.list, key, Qt.KeyboardModifier.AltModifier)
        desk.until(lambda: desk.waiting() == [*after])
        desk.until(lambda: desk.prompts() == [*after])
        assert len(desk.page.list.chosen()) == len(chosen), "what was chosen stays chosen"

    @pytest.mark.parametrize(("dragged", "to", "after"), [("d", 0, "dabc"), ("a", 3, "bcad"), ("ab", 4, "cdab")])
    def test_by_dragging(self, open_desk: Open, dragged: str, to: int, after: str) -> None:
        desk = open_desk()
        desk.submit(*"abcd")
        desk.until(lambda: desk.prompts() == [*"abcd"])
        jobs = desk.page.list
        ids = [row.id for row in desk.page.rows if row.prompt in dragged]
        last = jobs.visualRect(jobs.model().index(3, 0))
        at = QPoint(40, last.bottom() - 2) if to == 4 else jobs.visualRect(jobs.model().index(to, 0)).topLeft()
        jobs.drop(ids, at + QPoint(9, 1))
        desk.until(lambda: desk.waiting() == [*after])
        desk.until(lambda: desk.prompts() == [*after])

    def test_only_what_waits_can_be_dragged(self, open_desk: Open) -> None:
        desk = open_desk(paused=False)
        desk.submit("a")
        desk.until(lambda: desk.prompts(DONE) == ["a"])
        flags = desk.page.list.model().flags(desk.page.list.model().index(0, 0))
        assert not flags & Qt.ItemFlag.ItemIsDragEnabled


class TestTakingOut:
    def test_and_back_to_the_same_place(self, open_desk: Open) -> None:
        desk = open_desk()
        desk.submit(*"abcd")
        desk.until(lambda: desk.prompts() == [*"abcd"])
        choose(desk, "b", "c")
        QTest.keyClick(desk.page.list, Qt.Key.Key_Delete)
        desk.until(lambda: desk.prompts(CANCELLED) != [])
        assert desk.waiting() == ["a", "d"]
        assert desk.said == [("window_queue.gone.many", {"number": 2})]
        desk.ways_back[0]()
        desk.until(lambda: desk.waiting() == [*"abcd"])
        desk.page.undo()
        assert desk.waiting() == [*"abcd"], "there is nothing more to take back"

    def test_everything_and_back(self, open_desk: Open) -> None:
        desk = open_desk()
        desk.submit(*"abc")
        press(desk, "queue.clear")
        desk.until(lambda: desk.ways_back != [])
        assert desk.waiting() == []
        desk.page.undo()
        desk.until(lambda: desk.prompts(WAITING) == [*"abc"])

    def test_what_runs_stops(self, open_desk: Open) -> None:
        desk = open_desk(seconds=0.5, paused=False)
        desk.submit("a")
        desk.until(lambda: desk.prompts(RUNNING) == ["a"])
        choose(desk, "a")
        press(desk, "queue.deeds.out")
        desk.until(lambda: desk.prompts(CANCELLED) == ["a"])
        assert desk.ways_back == []


def test_what_failed_says_why_and_is_tried_again(open_desk: Open) -> None:
    error = HangaError("memory.exhausted", device="cpu")
    desk = open_desk([raising(error, before=3)], paused=False)
    desk.submit("a")
    desk.until(lambda: desk.prompts(FAILED) == ["a"])
    assert (entry(desk).tone, "memory" in entry(desk).line.lower()) == ("warn_ink", True)
    choose(desk, "a")
    press(desk, "queue.deeds.retry")
    desk.until(lambda: desk.prompts(DONE) == ["a"])


def test_one_kind_alone(open_desk: Open) -> None:
    desk = open_desk([raising(HangaError("memory.exhausted", device="cpu"), before=3)], paused=False)
    desk.submit("a", "b")
    desk.until(lambda: desk.prompts(DONE) == ["b"])
    press(desk, "queue.kind.look")
    assert desk.page.list.model().rowCount() == 1
    assert entry(desk).title == "a"


def test_said_anew_in_another_language(open_desk: Open, atelier: Atelier) -> None:
    desk = open_desk()
    desk.submit("a")
    assert "Waits" in entry(desk).line
    atelier.language.choose("ja")
    assert "待機中" in entry(desk).line


def test_every_control_has_a_name(open_desk: Open) -> None:
    desk = open_desk()
    desk.submit("a")
    assert nameless(desk.page) == []


def test_ten_thousand_jobs_are_as_light_as_ten(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn, asked for and said does not grow with what there is."""
    drawn: list[int] = []
    data = QueueModel.data

    def noted(model: QueueModel, index: Index, role: int = 0) -> Any:
        drawn.append(index.row())
        return data(model, index, role)

    monkeypatch.setattr(QueueModel, "data", noted)
    desk = open_desk()
    desk.submit(*(f"picture {number}" for number in range(10_000)))
    desk.until(lambda: len(desk.page.rows) == 10_000)
    desk.page.list.viewport().repaint()
    drawn.clear()
    desk.page.list.scrollToBottom()
    desk.page.list.viewport().repaint()
    assert 0 < len(set(drawn)) < 60
    desk.page.list.choose({desk.page.rows[-1].id})
    desk.page.list.setFocus()
    QTest.keyClick(desk.page.list, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    desk.until(lambda: desk.prompts()[0] == "picture 9999")
