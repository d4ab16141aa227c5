"""A home full of new files: all can be asked at once, what is adopted comes bit by bit, closing does not wait."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.engine import Adopting, Engine, Notice, PicturesChanged, Query
from core.engine import opening as opening_module
from core.errors import HangaError
from core.paths import Home
from core.request import Request
from tests.jobs.fake import Fake
from tests.tools.many_pictures import png

COUNT = 450
"""More than are registered in two transactions."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    folder = home.pictures / "elsewhere"
    folder.mkdir(parents=True)
    for number in range(COUNT):
        (folder / f"{number}.png").write_bytes(png(8 + number, 5, {"parameters": f"a heron {number}"}))
    return home


class Gate:
    """Lets so many files be read, and then waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.free = free
        real = opening_module._Adoption.went_on

        def went_on(adoption: opening_module._Adoption, done: int, count: int) -> None:
            real(adoption, done, count)
            if done == self.free:
                self.reached.set()
                assert self.open.wait(60)

        monkeypatch.setattr(opening_module._Adoption, "went_on", went_on)
        monkeypatch.setattr(opening_module, "TOLD_SECONDS", 0)
        monkeypatch.setattr(opening_module, "SHOWN_SECONDS", 0)


def test_all_can_be_asked_meanwhile_and_the_queue_waits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, COUNT - 1)
    heard: list[Notice] = []
    with Engine(home, Fake(home)) as engine:
        engine.listen(heard.append)
        engine.start_soon()
        assert gate.reached.wait(60)
        assert engine.library.count(Query()) == 400
        engine.submit([Request(prompt="a fox", refiner=None, width=64, height=64, steps=3)])
        assert engine.library.rate(engine.library.ids(Query())[:1], 3).marks
        assert len(engine.queue.waiting()) == 1
        gate.open.set()
        opening = engine._opener.result()
        assert len(opening.drift.added) == COUNT
        assert engine.wait(60)
        assert engine.library.count(Query()) == COUNT + 1
    told = [(notice.done, notice.count) for notice in heard if isinstance(notice, Adopting)]
    assert told[0] == (1, COUNT)
    assert told[-1] == (COUNT, COUNT)
    assert PicturesChanged() in heard


def test_closing_does_not_wait_and_the_next_start_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 250)
    engine = Engine(home, Fake(home))
    engine.start_soon()
    assert gate.reached.wait(60)
    closing = threading.Thread(target=engine.close)
    closing.start()
    while not engine._closing:
        pass
    gate.open.set()
    closing.join(60)
    assert not closing.is_alive()
    monkeypatch.undo()
    with Engine(home, Fake(home)) as engine:
        assert 0 < len(engine.start().drift.added) < COUNT
        assert engine.library.count(Query()) == COUNT


def test_what_keeps_it_from_opening_is_raised_and_heard(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Notice] = []
    with Engine(home, Fake(home)) as engine:
        engine.listen(heard.append)

        def fail(*_: object) -> None:
            raise ValueError("nobody foresaw this")

        monkeypatch.setattr(engine.library, "reconcile", fail)
        with pytest.raises(HangaError) as refusal:
            engine.start()
        assert refusal.value.code == "engine.unexpected"
    assert any(getattr(notice, "code", "") == "engine.unexpected" for notice in heard)
