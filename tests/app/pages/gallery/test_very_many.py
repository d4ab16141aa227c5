"""Very many pictures at once: what takes long goes on bit by bit, shows how far it is, can be stopped and undone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.gallery import deeds
from app.pages.gallery.page import GalleryPage
from app.pages.gallery.portions import AT_ONCE
from core.engine import Adopting, Engine, Query
from core.paths import Home
from tests.app.conftest import Show
from tests.app.pages.gallery.conftest import Gallery
from tests.jobs.fake import Fake
from tests.tools.many_pictures import png

COUNT = 3 * AT_ONCE + 20


@pytest.fixture
def many(qtbot: QtBot, atelier: Atelier, show: Show, tmp_path: Path) -> Iterator[Gallery]:
    home = Home(tmp_path / "home")
    folder = home.pictures / "elsewhere"
    folder.mkdir(parents=True)
    for number in range(COUNT):
        (folder / f"{number}.png").write_bytes(png(8 + number, 5, {"parameters": f"a heron {number}"}))
    thread = EngineThread(home, lambda home: Engine(home, Fake(home)))
    page = GalleryPage(atelier, thread)
    page.resize(1100, 700)
    made = Gallery(qtbot, page, thread)
    page.say.connect(lambda code, data: made.said.append((code, data)))
    page.done.connect(lambda code, data: made.done.append((code, data)))
    thread.opened.connect(page.opened)
    thread.noticed.connect(page.hear)
    thread.start()
    show(page)
    made.wait(lambda: len(made.shown()) == COUNT)
    yield made
    thread.close()


def select_all(gallery: Gallery) -> None:
    gallery.page.browser.grid.setFocus()
    gallery.page.browser.grid.selectAll()


def count(gallery: Gallery) -> int:
    return int(gallery.ask(lambda engine: engine.library.count(Query())))


class TestDeeds:
    def test_all_are_thrown_away_bit_by_bit_and_come_back(self, many: Gallery) -> None:
        seen: list[tuple[int, int]] = []
        many.page.hands.deeds.portions.went_on.connect(lambda done, of: seen.append((done, of)))
        select_all(many)
        many.qtbot.keyClick(many.page.browser.grid, Qt.Key.Key_Delete)
        many.wait(lambda: many.done)
        assert seen == [(100, COUNT), (200, COUNT), (300, COUNT), (COUNT, COUNT)]
        assert many.done == [("window_gallery.trashed.many", {"number": COUNT})]
        assert count(many) == 0
        many.page.undo()
        many.wait(lambda: "window_gallery.undone" in many.codes())
        assert count(many) == COUNT
        many.page.redo()
        many.wait(lambda: len(many.done) == 2)
        assert count(many) == 0

    def test_other_errands_come_in_between(self, many: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(deeds, "NOTED_AT_ONCE", AT_ONCE)
        order: list[str] = []
        portions = many.page.hands.deeds.portions
        portions.went_on.connect(lambda done, of: order.append("portion"))
        select_all(many)
        many.page.hands.tag("heron")
        many.thread.ask(lambda engine: None, lambda _: order.append("errand"))
        many.wait(lambda: many.done)
        assert order == ["portion", "errand", "portion", "portion", "portion"]
        assert many.page.browser.doing.isHidden()

    def test_it_is_stopped_and_what_was_done_can_be_undone(
        self, many: Gallery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deeds, "NOTED_AT_ONCE", AT_ONCE)
        line = many.page.browser.doing
        seen: list[tuple[bool, str]] = []

        def stop() -> None:
            """Before the next portion is asked for."""
            seen.append((line.isVisible(), line.words))
            line.stopped.emit()

        many.page.hands.deeds.portions.went_on.connect(stop)
        select_all(many)
        many.page.hands.tag("heron")
        many.wait(lambda: many.done)
        assert seen == [(True, f"100 of {COUNT} pictures done")]
        ((_, told),) = many.done
        assert told == {"number": 100, "name": "heron"}
        tagged = many.ask(lambda engine: engine.library.count(Query(tags=("heron",))))
        assert tagged == 100
        many.page.undo()
        many.wait(lambda: "window_gallery.undone" in many.codes())
        assert many.ask(lambda engine: engine.library.tags()) == []


class TestAdopting:
    def test_what_is_known_is_shown_while_new_files_are_read(
        self, many: Gallery, qtbot: QtBot, atelier: Atelier, show: Show, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = many.thread._home
        many.thread.close()
        for number in range(COUNT):
            (home.pictures / f"{number}.png").write_bytes(png(8 + number, 6, {"parameters": "a fox"}))
        wait, reached = threading.Event(), threading.Event()

        def hold(self: object, done: int, of: int) -> None:
            reached.set()
            wait.wait(60)

        monkeypatch.setattr("core.engine.opening._Adoption.went_on", hold)
        thread = EngineThread(home, lambda home: Engine(home, Fake(home)))
        page = GalleryPage(atelier, thread)
        again = Gallery(qtbot, page, thread)
        thread.opened.connect(page.opened)
        thread.noticed.connect(page.hear)
        thread.start()
        show(page)
        try:
            again.wait(lambda: len(again.shown()) == COUNT)
            assert reached.wait(60)
            page.hear(Adopting(done=120, count=COUNT))
            assert page.browser.adopting.isVisible()
            assert page.browser.adopting.words == f"Reading new pictures: 120 of {COUNT}"
            wait.set()
            again.wait(lambda: len(again.shown()) == 2 * COUNT)
            page.hear(Adopting(done=COUNT, count=COUNT))
            assert not page.browser.adopting.isVisible()
        finally:
            wait.set()
            thread.close()


class TestDropping:
    def test_ten_thousand_files_are_one_sentence(self, many: Gallery) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(f"/somewhere/{number}.png") for number in range(10_000)])
        many.page.receive(mime)
        assert [code for code, _ in many.said] == ["window_gallery.too_many_files"]

    def test_a_folder_of_them_is_one_sentence(self, many: Gallery, tmp_path: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "home" / "pictures"))])
        many.page.receive(mime)
        assert [code for code, _ in many.said] == ["window_gallery.not_for_us"]
