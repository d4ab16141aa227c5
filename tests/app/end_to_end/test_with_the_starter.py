"""The whole way, with nothing put in the place of anything: window, engine, worker process, the starter model, files.

One window for all of it, because a worker takes seconds to come up; the tests build on each other in their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window.commands import CREATE, GALLERY
from app.window.main_window import MainWindow
from core.engine import Query, read_settings
from core.events import Stepped
from core.jobs.worker_process import WorkerProcess
from core.paths import Home
from core.request import Request
from tests.tools.studio import Studio

CONTROL = Qt.KeyboardModifier.ControlModifier
SMALL = Request(prompt="", width=64, height=64, steps=4, seed=5, handoff=0.5)
PROMPT = "a blue lighthouse at night"


@pytest.fixture(scope="module")
def studio(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    made = Studio(qapp, Home(tmp_path_factory.mktemp("home")), WorkerProcess)
    made.open()
    yield made
    made.close()


def pictures(studio: Studio) -> list[Path]:
    paths: list[Path] = studio.ask(lambda engine: [each.path for each in engine.library.page(Query(), 99).pictures])
    return paths


def test_a_typed_prompt_and_two_keys_put_a_picture_into_the_gallery(studio: Studio) -> None:
    window = studio.window
    window.create_page.use(SMALL)
    editor = QApplication.focusWidget()
    assert editor is not None
    QTest.keyClick(editor, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(editor, PROMPT)
    QTest.keyClick(window, Qt.Key.Key_Return, CONTROL)
    studio.until(lambda: len(window.gallery_page.browser.outline) == 1)
    (path,) = pictures(studio)
    assert path.is_file()
    shown = studio.window.create_page.easel
    studio.until(lambda: shown.shown is not None and shown.shown.picture.path == path)


def test_dragged_out_it_arrives_as_a_file_with_its_settings(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    mime = dragged_out(studio, monkeypatch)
    (url,) = mime.urls()
    assert Path(url.toLocalFile()).read_bytes() == pictures(studio)[0].read_bytes()
    read = read_settings(Path(url.toLocalFile()))
    assert (read.request.prompt, read.request.seed, read.request.steps) == (PROMPT, SMALL.seed, SMALL.steps)


def test_dragged_in_again_it_brings_its_settings_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    made = studio.window.create_page.panel.request()
    mime = QMimeData()
    mime.setUrls(dragged_out(studio, monkeypatch).urls())
    studio.window.create_page.use(Request(prompt="something else", steps=30, seed=99))
    drop(studio.window, mime)
    studio.until(lambda: studio.window.create_page.panel.request().prompt == PROMPT)
    assert studio.window.create_page.panel.request() == made
    assert not studio.window.gallery_page.isVisible()


def test_a_killed_worker_is_told_of_and_the_picture_is_finished_by_another(studio: Studio) -> None:
    heard: list[object] = []
    studio.thread.noticed.connect(heard.append)
    studio.window.create_page.use(Request(prompt=PROMPT, width=128, height=128, steps=30, seed=6))
    studio.window.go(CREATE)
    studio.window.create_page.generate()
    studio.until(lambda: any(isinstance(each, Stepped) for each in tuple(heard)))
    before = worker()
    before.kill()
    told = studio.atelier.language.say("memory.worker_killed")
    studio.until(lambda: studio.window.create_page.isVisible() and studio.window.notice.text == told)
    assert not studio.window.notice.isHidden()
    studio.until(lambda: len(pictures(studio)) == 2)
    assert worker().pid != before.pid
    studio.until(lambda: len(studio.window.gallery_page.browser.outline) == 2)


def dragged_out(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> QMimeData:
    """The picture of the gallery, as any other program is given it."""
    window, browser = studio.window, studio.window.gallery_page.browser
    carried: list[QMimeData] = []

    def let_go(drag: QDrag, *_: object) -> Qt.DropAction:
        copy = QMimeData()
        copy.setUrls(drag.mimeData().urls())
        carried.append(copy)
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", let_go)
    window.go(GALLERY)
    browser.go_to_place(len(browser.outline) - 1)

    def is_carried() -> bool:
        browser.grid.startDrag(Qt.DropAction.CopyAction)
        return bool(carried)

    studio.until(is_carried)
    return carried[0]


def drop(window: MainWindow, mime: QMimeData) -> None:
    copy, button, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), copy, mime, button, modifiers))
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, mime, button, modifiers, QEvent.Type.Drop))


def worker() -> psutil.Process:
    children = psutil.Process().children(recursive=True)
    return next(each for each in children if "core.jobs.worker" in each.cmdline())
