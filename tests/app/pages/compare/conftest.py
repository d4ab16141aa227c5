"""A page that compares, over a real engine whose backend computes nothing but saves real, small pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.engine_thread import EngineThread
from core.engine import Engine
from core.paths import Home
from tests.app.pages.compare.studio import Studio
from tests.jobs.fake import Fake


@pytest.fixture
def studio(qtbot: QtBot, atelier: Atelier, tmp_path: Path) -> Iterator[Studio]:
    thread = EngineThread(Home(tmp_path / "home"), lambda home: Engine(home, Fake(home)))
    made = Studio(qtbot, atelier, thread)
    thread.failed.connect(lambda error: made.said.append((error.code, error.data)))
    thread.start()
    yield made
    thread.close()
