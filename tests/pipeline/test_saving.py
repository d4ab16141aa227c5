"""A run whose disk fails, or whose process is killed, at calls spread over all of it: the next ends with its bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.library.faults import AFTER, ALL, ERRORS, ONCE, Fault
from tests.tools.save_faults import campaign, running

pytest.importorskip("fcntl", reason="kills processes as POSIX does")

FAULTS = [
    Fault(3, ERRORS[0], ONCE),
    Fault(8, ERRORS[1], ALL),
    Fault(14, moment=AFTER),
    Fault(20, ERRORS[2], ONCE),
    Fault(24, moment=AFTER),
]
"""All others: `python -m tests.tools.save_faults --scene run`."""


def test_runs_go_on_after_disks_have_failed(tmp_path: Path) -> None:
    verdicts = campaign(running(tmp_path), tmp_path, lambda calls: iter(FAULTS))
    assert [verdict for verdict in verdicts if verdict.wrong] == []
