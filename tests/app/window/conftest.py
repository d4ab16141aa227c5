"""The whole window over a real engine that computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.window.main_window import MainWindow
from core.engine import Engine
from core.paths import Home
from tests.jobs.fake import Fake

Open = Callable[..., MainWindow]
PATIENCE = 60_000


@pytest.fixture
def open_window(qtbot: QtBot, atelier: Atelier, home: Path) -> Iterator[Open]:
    """`open_window(engine)` → the window on the test's home, its engine open; closed after the test."""
    windows: list[MainWindow] = []

    def fake_engine(home: Home) -> Engine:
        return Engine(home, Fake(home, seconds=0.05))

    def open_(engine: Callable[[Home], Engine] = fake_engine) -> MainWindow:
        thread = EngineThread(Home(home), engine)
        window = MainWindow(atelier, thread)
        windows.append(window)
        qtbot.addWidget(window)
        answered: list[object] = []
        thread.opened.connect(answered.append)
        thread.failed.connect(answered.append)
        window.show()
        thread.start()
        qtbot.waitUntil(lambda: bool(answered), timeout=PATIENCE)
        return window

    yield open_
    for window in windows:
        window.close()
