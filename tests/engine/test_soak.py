"""A short soak; the long one is `python -m tests.tools.soak`."""

from __future__ import annotations

import random
from pathlib import Path

from tests.tools.soak import prepared, soak

JOBS = 20
SEED = 20261122


def test_nothing_is_left_open_or_lying_about(tmp_path: Path) -> None:
    soaked = soak(prepared(tmp_path / "home"), JOBS, random.Random(SEED))
    assert soaked.done + soaked.cancelled == JOBS
    assert soaked.left_over == 0
    first, last = soaked.measures[len(soaked.measures) // 2], soaked.measures[-1]
    for side in (0, 1):
        assert last.files[side] <= first.files[side] + 3
        assert last.threads[side] <= first.threads[side] + 2
