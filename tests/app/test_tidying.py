"""What nobody needs any more goes, but only between events."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app import tidying
from app.tidying import Tidying


class Ring:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def kept(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[QObject]:
    monkeypatch.setattr(tidying, "EVERY_MS", 5)
    was = gc.isenabled()
    owner = QObject()
    Tidying(owner)
    yield owner
    owner.deleteLater()
    qtbot.wait(10)
    gc.unfreeze()
    (gc.enable if was else gc.disable)()


def test_goes_with_the_next_turn_and_not_before(kept: QObject, qtbot: QtBot) -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    many: list[list[int]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    assert gone() is not None
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: gone() is None)
    assert many
