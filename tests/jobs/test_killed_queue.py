"""Programs that are killed while they work through the queue lose nothing. More of it: `tests.tools.killed_queue`."""

from __future__ import annotations

import random
from pathlib import Path

from tests.tools.killed_queue import campaign


def test_nothing_is_lost_and_nothing_made_twice(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    witness = campaign(tmp_path, jobs=12, kills=3, seed=seed)
    assert witness.wrong == [], f"seed {seed}"
    assert len(witness.begun) == 12
