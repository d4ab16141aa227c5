"""Studio: an engine to ask, and pictures to compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from core.engine import Engine, Query
from core.request import Request

PATIENCE = 60_000


def request(prompt: str = "a red boat", **settings: Any) -> Request:
    return Request(**{"prompt": prompt, "refiner": None, "width": 96, "height": 64, "steps": 3, "seed": 1, **settings})


@dataclass
class Studio:
    qtbot: QtBot
    atelier: Atelier
    thread: EngineThread
    said: list[tuple[str, dict]] = field(default_factory=list)

    def ask(self, work: Callable[[Engine], Any]) -> Any:
        answers: list[Any] = []
        self.thread.ask(work, answers.append)
        self.wait(lambda: answers)
        return answers[0]

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def make(self, *requests: Request) -> list[int]:
        """Numbers of the pictures, in the order of the requests."""
        jobs = self.ask(lambda engine: engine.submit(list(requests)))
        self.wait(lambda: self.count() >= len(requests))
        return self.ask(lambda engine: [engine.library.of_job(job.id)[0].id for job in jobs])

    def count(self) -> int:
        return int(self.ask(lambda engine: engine.library.count(Query())))
