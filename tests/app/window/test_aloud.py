"""What a sighted artist sees happen is read aloud."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.window import aloud
from core.request import Request
from tests.app.window.conftest import PATIENCE, Open


def test_every_picture_is_told_of(open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(aloud, "announce", lambda widget, text: told.append(text))
    window = open_window()
    request = Request(prompt="a fox", width=64, height=64, steps=3, seed=7, checkpoint="starter", refiner=None, count=2)
    window.engine_thread.ask(lambda engine: engine.submit([request]))
    qtbot.waitUntil(lambda: len(told) == 2, timeout=PATIENCE)
    assert told == ["Picture 1 of 2 is done.", "Picture 2 of 2 is done."]
    assert window._aloud._counts == {} or list(window._aloud._counts.values()) == [2]
