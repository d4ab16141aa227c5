"""A gallery over a real engine whose backend computes nothing but saves real, small pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QUrl
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.gallery.page import GalleryPage
from core.engine import Engine, Query
from core.paths import Home
from core.request import Request
from tests.app.conftest import Show
from tests.jobs.fake import Fake

PATIENCE = 30_000
PROMPTS = ("a red lighthouse", "a boat at night", "赤い月の狐", "a red boat")


def request(prompt: str, seed: int) -> Request:
    return Request(prompt=prompt, refiner=None, width=96, height=64, steps=3, seed=seed)


@dataclass
class Gallery:
    qtbot: QtBot
    page: GalleryPage
    thread: EngineThread
    said: list[tuple[str, dict]] = field(default_factory=list)
    done: list[tuple[str, dict]] = field(default_factory=list)

    def ask(self, work: Callable[[Engine], Any]) -> Any:
        answers: list[Any] = []
        self.thread.ask(work, answers.append)
        self.qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE)
        return answers[0]

    def ids(self) -> list[int]:
        return self.ask(lambda engine: engine.library.ids(Query()))

    def shown(self) -> list[int]:
        outline = self.page.browser.outline
        return [outline.glance(place).id for place in range(len(outline))]

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def search(self, line: str) -> list[int]:
        """What is shown for it, when all of it is."""
        with self.qtbot.waitSignal(self.page._results.found, timeout=PATIENCE):
            self.page.browser.search.set_line(line)
        return self.shown()

    def place(self, prompt: str) -> int:
        (number,) = self.ask(
            lambda engine: [p.id for p in engine.library.page(Query(), 99).pictures if p.prompt == prompt]
        )
        return self.shown().index(number)

    def pick(self, *places: int) -> list[int]:
        """Select these, in the order of the grid; their numbers."""
        grid = self.page.browser.grid
        picked = [self.shown()[place] for place in places]
        grid.setCurrentIndex(grid.pictures.index(places[0]))
        grid.select([str(each) for each in picked])
        grid.setFocus()
        return picked

    def make(self, *requests: Request) -> None:
        before = len(self.ids())
        self.thread.ask(lambda engine: engine.submit(list(requests)))
        self.wait(lambda: len(self.ids()) == before + len(requests))

    def codes(self) -> list[str]:
        return [code for code, _ in self.said + self.done]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one picture for each prompt."""
    home = Home(tmp_path_factory.mktemp("gallery") / "home")
    with Engine(home, Fake(home)) as engine:
        engine.start()
        engine.submit([request(prompt, seed) for seed, prompt in enumerate(PROMPTS)])
        assert engine.wait(60)
    return home.root


@pytest.fixture
def gallery(qtbot: QtBot, atelier: Atelier, show: Show, tmp_path: Path, made_once: Path) -> Iterator[Gallery]:
    shutil.copytree(made_once, tmp_path / "home", dirs_exist_ok=True)
    thread = EngineThread(Home(tmp_path / "home"), lambda home: Engine(home, Fake(home)))
    page = GalleryPage(atelier, thread)
    page.resize(1280, 800)
    made = Gallery(qtbot, page, thread)
    page.say.connect(lambda code, data: made.said.append((code, data)))
    page.done.connect(lambda code, data: made.done.append((code, data)))
    thread.failed.connect(lambda error: made.said.append((error.code, error.data)))
    thread.opened.connect(page.opened)
    thread.noticed.connect(page.hear)
    thread.start()
    show(page)
    made.wait(lambda: len(made.shown()) == len(PROMPTS))
    yield made
    thread.close()


def dropped(*files: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return mime
