"""A queue page on a real engine whose backend computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.queue.page import QueuePage
from core.engine import Engine, Job
from core.paths import Home
from core.request import Request
from tests.jobs.fake import Fake, Upset

LONG = 30_000
"""Milliseconds that a busy machine may need."""


@dataclass
class Desk:
    """A page, its engine's thread, and what the page has said."""

    page: QueuePage
    thread: EngineThread
    qtbot: QtBot
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ways_back: list[Callable[[], None]] = field(default_factory=list)

    def undoable(self, code: str, data: dict[str, Any], back: Callable[[], None]) -> None:
        self.said.append((code, data))
        self.ways_back.append(back)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=LONG)

    def ask(self, work: Callable[[Engine], Any]) -> Any:
        """What the engine answers."""
        answers: list[Any] = []
        self.thread.ask(work, answers.append)
        self.until(lambda: bool(answers))
        return answers[0]

    def submit(self, *prompts: str) -> list[Job]:
        requests = [Request(prompt=prompt, width=64, height=64, seed=7) for prompt in prompts]
        jobs: list[Job] = self.ask(lambda engine: engine.submit(requests))
        self.until(lambda: len(self.page.rows) >= len(jobs))
        return jobs

    def prompts(self, *states: str) -> list[str]:
        return [row.prompt for row in self.page.rows if not states or row.state in states]

    def waiting(self) -> list[str]:
        """As the engine has them."""
        return [job.order.request.prompt for job in self.ask(lambda engine: engine.queue.waiting())]


Open = Callable[..., Desk]


@pytest.fixture
def open_desk(qtbot: QtBot, atelier: Atelier, tmp_path: Path) -> Iterator[Open]:
    desks: list[Desk] = []

    def opened(upsets: list[Upset | None] | None = None, seconds: float = 0.0, paused: bool = True) -> Desk:
        thread = EngineThread(Home(tmp_path), lambda home: Engine(home, Fake(home, upsets or [], seconds)))
        page = QueuePage(atelier, thread)
        desk = Desk(page, thread, qtbot)
        desks.append(desk)
        thread.noticed.connect(page.hear)
        thread.opened.connect(page.opened)
        page.say.connect(lambda code, data: desk.said.append((code, data)))
        page.undoable.connect(desk.undoable)
        page.resize(948, 700)
        qtbot.addWidget(page)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        with qtbot.waitSignal(thread.opened, timeout=LONG):
            thread.start()
        desk.ask(lambda engine: engine.pause() if paused else None)
        return desk

    yield opened
    for desk in desks:
        desk.page.hide()
        desk.thread.close()
