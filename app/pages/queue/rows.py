"""Jobs as the page needs them, and the order in which they are seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.engine import Engine, JobGlance

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
SET_ASIDE: Final = "set aside"
"""As `core.jobs.job` has them."""

SEEN: Final = (RUNNING, WAITING, SET_ASIDE, FAILED, DONE, CANCELLED)
"""What runs, what comes, what wants to be looked at, what is over."""

ENDED: Final = (DONE, CANCELLED)
STUCK: Final = (FAILED, SET_ASIDE)

QueueRow = JobGlance


@dataclass(frozen=True)
class Snapshot:
    rows: tuple[QueueRow, ...]
    paused: bool


def snapshot(engine: Engine) -> Snapshot:
    """The whole queue. To be called in the engine's thread."""
    return Snapshot(tuple(engine.queue.glances()), engine.queue.paused)


def in_order(rows: Iterable[QueueRow]) -> list[QueueRow]:
    """As they are seen, from what is in the order of the queue; what is over comes last, the latest of it first."""
    groups: dict[str, list[QueueRow]] = {state: [] for state in SEEN}
    for row in rows:
        groups[row.state].append(row)
    over = sorted((row for state in ENDED for row in groups[state]), key=lambda row: row.ended, reverse=True)
    return [*(row for state in SEEN if state not in ENDED for row in groups[state]), *over]
