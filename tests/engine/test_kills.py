"""A small campaign of kills; the large one is `python -m tests.tools.kills`."""

from __future__ import annotations

import random
from pathlib import Path

from core.paths import Home
from tests.tools.kills import campaign, models

SEED = 20261122


def test_no_picture_is_lost_however_often_the_program_is_killed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    models(home)
    tally = campaign(home, kills=4, jobs=6, rng=random.Random(SEED))
    assert tally.is_clean, tally
    assert tally.announced <= tally.pictures == 12
