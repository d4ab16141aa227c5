"""The measurements of a large library, on a small one."""

from __future__ import annotations

from pathlib import Path

from core.paths import Home
from tests.tools.library_bench import SEARCHES, measure


def test_measures_a_small_library(tmp_path: Path) -> None:
    figures = {figure.what: figure for figure in measure(tmp_path, 60, seed=3)}
    assert len(list(Home(tmp_path).pictures.rglob("*.png"))) == 60
    assert "reconciling at start, nothing has changed" in figures
    assert len(SEARCHES) == len(set(SEARCHES))
    assert all(figure.milliseconds >= 0 for figure in figures.values())
