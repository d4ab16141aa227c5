"""A Create page on a real engine whose backend computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.create.page import CreatePage
from core.engine import Engine
from core.paths import Home
from tests.jobs.fake import Fake, Upset

LONG = 30_000
"""Milliseconds that a busy machine may need."""


@dataclass
class Studio:
    """A page, its engine's thread, and what the page has said."""

    page: CreatePage
    thread: EngineThread
    qtbot: QtBot
    said: list[str] = field(default_factory=list)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=LONG)

    def close(self) -> None:
        self.page.hide()
        self.thread.close()


@dataclass
class Studios:
    atelier: Atelier
    qtbot: QtBot
    home: Home
    opened: list[Studio] = field(default_factory=list)

    def open(self, upsets: list[Upset | None] | None = None, seconds: float = 0.02) -> Studio:
        thread = EngineThread(self.home, lambda home: Engine(home, Fake(home, upsets or [], seconds)))
        page = CreatePage(self.atelier, thread)
        studio = Studio(page, thread, self.qtbot)
        thread.noticed.connect(page.hear)
        thread.opened.connect(page.opened)
        page.say.connect(lambda code, data: studio.said.append(self.atelier.language.say(code, **data)))
        page.resize(1364, 860)
        self.qtbot.addWidget(page)
        with self.qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        page.focus()
        with self.qtbot.waitSignal(thread.opened, timeout=LONG):
            thread.start()
        self.opened.append(studio)
        return studio


@pytest.fixture
def studios(qapp: QApplication, qtbot: QtBot, atelier: Atelier, tmp_path: Path) -> Iterator[Studios]:
    made = Studios(atelier, qtbot, Home(tmp_path))
    yield made
    for studio in made.opened:
        studio.close()
