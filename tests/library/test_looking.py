"""Files are read for their hashes one at a time, in the background where nobody waits, and not when nobody wants to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.checkpoint import hashing
from core.engine import Engine, JobChanged, ModelRead
from core.library import looking as looking_module
from core.library.looking import Interrupted, Looking
from core.paths import Home
from core.request import Request
from tests.jobs.fake import Fake

LONG = 30.0
CONTENT = bytes(range(256))


class Desk:
    """A looking whose reading can be held, and what it has told."""

    def __init__(self, store: Path) -> None:
        self.told: list[tuple[str, float]] = []
        self.begun, self.go_on, self.over = threading.Event(), threading.Event(), threading.Event()
        self.looking = Looking(store, self._tell, self.over.set)

    def _tell(self, name: str, share: float) -> None:
        self.told.append((name, share))
        self.begun.set()
        self.go_on.wait(LONG)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(hashing, "CHUNK_BYTES", 64)
    monkeypatch.setattr(looking_module, "QUIET_SECONDS", 0.0)
    made = Desk(tmp_path / "hashes.json")
    yield made
    made.go_on.set()
    made.looking.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(CONTENT)
    return path


def never() -> bool:
    return False


def digest(start: int = 0) -> str:
    return hashlib.sha256(CONTENT[start:]).hexdigest()


def test_who_waits_gets_the_hash_and_hears_how_far_it_is(desk: Desk, file: Path) -> None:
    desk.go_on.set()
    assert desk.looking.patient(never).get(file) == digest()
    assert desk.told == [(file.name, share) for share in (0.25, 0.5, 0.75, 1.0)]
    assert desk.looking.patient(never).get(file, start=100) == digest(100)
    assert list(desk.looking.hasty.places(digest())) == [file]


def test_who_is_in_haste_gets_a_stand_in_until_it_is_known(desk: Desk, file: Path) -> None:
    stand_in = desk.looking.hasty.get(file)
    assert (len(stand_in), stand_in) == (64, desk.looking.hasty.get(file))
    assert stand_in not in (digest(), desk.looking.hasty.get(file, start=3))
    desk.go_on.set()
    assert desk.over.wait(LONG)
    assert desk.looking.hasty.get(file) == digest()
    assert desk.looking.hasty.get(file, start=3) == digest(3)


def test_a_file_that_is_being_read_is_not_read_twice(desk: Desk, file: Path) -> None:
    desk.looking.hasty.get(file)
    assert desk.begun.wait(LONG)
    found: list[str] = []
    waiter = threading.Thread(target=lambda: found.append(desk.looking.patient(never).get(file)))
    waiter.start()
    desk.go_on.set()
    waiter.join(LONG)
    assert found == [digest()]
    assert len(desk.told) == 4


@pytest.mark.parametrize("end", [lambda desk, stop: stop.set(), lambda desk, stop: desk.looking.close()])
def test_reading_ends_when_nobody_wants_it_any_more(
    desk: Desk, file: Path, end: Callable[[Desk, threading.Event], None]
) -> None:
    stop, ended = threading.Event(), []

    def wait_for_it() -> None:
        with pytest.raises(Interrupted):
            desk.looking.patient(stop.is_set).get(file)
        ended.append(len(desk.told))

    reader = threading.Thread(target=wait_for_it)
    reader.start()
    assert desk.begun.wait(LONG)
    end(desk, stop)
    desk.go_on.set()
    reader.join(LONG)
    assert ended == [1]


def test_a_file_that_is_gone_is_passed_over(desk: Desk, file: Path) -> None:
    desk.looking.hasty.get(file)
    file.unlink()
    desk.go_on.set()
    assert desk.over.wait(LONG)


def test_a_plan_does_not_wait_and_a_job_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_module, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(hashing, "CHUNK_BYTES", 1 << 16)
    gate, reading, done = threading.Event(), threading.Event(), threading.Event()

    def hear(notice: object) -> None:
        if isinstance(notice, ModelRead):
            reading.set()
            gate.wait(LONG)
        if isinstance(notice, JobChanged) and notice.job.state == "done":
            done.set()

    request = Request(prompt="a fox", checkpoint="starter", refiner=None, width=64, height=64, steps=3, seed=5)
    home = Home(tmp_path)
    with Engine(home, Fake(home)) as engine:
        engine.listen(hear)
        engine.start()
        plan = engine.plan(request)
        assert plan.stages[0].model.name == "starter"
        assert reading.wait(LONG)
        job = engine.submit([request])[0]
        gate.set()
        assert done.wait(LONG)
        (picture,) = engine.library.of_job(job.id)
        assert picture.id
        assert engine.plan(request).stages[0].model.sha256 != plan.stages[0].model.sha256


def test_a_job_that_waits_for_a_file_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_module, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(hashing, "CHUNK_BYTES", 1 << 16)
    gate, reading = threading.Event(), threading.Event()

    def hear(notice: object) -> None:
        if isinstance(notice, ModelRead):
            reading.set()
            gate.wait(LONG)

    request = Request(prompt="a fox", checkpoint="starter", refiner=None, width=64, height=64, steps=3, seed=5)
    home = Home(tmp_path)
    with Engine(home, Fake(home)) as engine:
        engine.listen(hear)
        engine.start()
        job = engine.submit([request])[0]
        assert reading.wait(LONG)
        engine.cancel(job.id)
        gate.set()
        assert engine.wait(LONG)
        assert engine.queue.job(job.id).state == "cancelled"
        assert engine.library.of_job(job.id) == []
