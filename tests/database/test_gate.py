"""Everybody gets a turn: readers and writers in many threads, none of whom hears that the file is locked."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.database.gate import Gate
from tests.database.shelf import open_in
from tests.tools.busy_database import hammer


def test_nobody_is_refused_and_nobody_left_out(home: Path) -> None:
    with open_in(home) as database:
        everything = hammer(database, seconds=1.0, readers=2, writers=2)
    assert [waits.wrong for waits in everything] == [[]] * 4
    assert all(waits.milliseconds for waits in everything)


def test_readers_come_in_between_two_commits() -> None:
    gate, order = Gate(10.0), []
    committing = threading.Event()

    def commit(name: str) -> None:
        with gate.writing(), gate.alone():
            committing.set()
            order.append(name)

    def read() -> None:
        with gate.reading():
            order.append("reader")

    with gate.writing(), gate.alone():
        reader = threading.Thread(target=read)
        reader.start()
        while not gate._outside:
            reader.join(0.001)
        writer = threading.Thread(target=commit, args=("second commit",))
        writer.start()
        order.append("first commit")
    reader.join()
    writer.join()
    assert order[0] == "first commit"
    assert set(order[1:]) == {"reader", "second commit"}


def test_a_reader_who_never_leaves_does_not_stop_a_commit_for_ever() -> None:
    gate = Gate(0.01)
    with gate.reading(), gate.alone():
        pass


def test_who_gives_up_waiting_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(1.0)

    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    with gate.writing(), gate.alone(), monkeypatch.context() as patch:
        patch.setattr(gate._changed, "wait_for", interrupt)
        for enter in (gate.reading, gate.writing):
            with pytest.raises(KeyboardInterrupt), enter():
                pytest.fail("never inside")
    with gate.reading(), gate.reading():
        pass
    with gate.writing(), gate.alone():
        pass
