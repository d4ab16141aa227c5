"""What every test may rely on: an empty data folder of its own, one thread, and examples that repeat on CI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Read when torch is first imported, here or in a process that a test starts; workers then share the cores fairly.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """So that fixtures that outlive a test cannot reach the real data folder either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HANGA_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, not made yet; `HANGA_HOME` points to it."""
    folder = tmp_path / "home"
    monkeypatch.setenv("HANGA_HOME", str(folder))
    return folder
