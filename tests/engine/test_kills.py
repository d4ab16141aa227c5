"""A small campaign of kills; the large one is `python -m tests.tools.kills`."""

from __future__ import annotations

import random
from pathlib import Path

from core.paths import Home
from tests.tools.kills import campaign, models

SEED = 20261122
JOBS = 6
PICTURES = 12
"""Of so many jobs, which have one, two or three pictures in turn."""


def test_no_picture_is_lost_however_often_the_program_is_killed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    models(home)
    tally = campaign(home, kills=4, jobs=JOBS, rng=random.Random(SEED))
    assert tally.is_clean, tally
    # A fast machine empties the queue between two kills; then as many jobs are asked for again.
    fillings, left_over = divmod(tally.pictures, PICTURES)
    assert fillings >= 1
    assert left_over == 0
    assert tally.announced <= tally.pictures
