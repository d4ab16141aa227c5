"""Jobs as the page needs them, and the order in which they are seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.engine import Engine, Job
from core.errors import Datum

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
LONGEST: Final = 400
"""Characters of a prompt that a row can show."""


@dataclass(frozen=True)
class QueueRow:
    """`size` is (width, height) where the request names one; `saved` how many of its `count` pictures are there."""

    id: str
    state: str
    prompt: str
    model: str
    count: int
    saved: int
    size: tuple[int, int] | None
    refines: bool
    ended: str
    code: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    rows: tuple[QueueRow, ...]
    paused: bool


def snapshot(engine: Engine) -> Snapshot:
    """The whole queue. To be called in the engine's thread."""
    return Snapshot(tuple(map(row_of, engine.queue.all())), engine.queue.paused)


def row_of(job: Job) -> QueueRow:
    request = job.order.request
    return QueueRow(
        id=job.id,
        state=job.state,
        prompt=" ".join(request.prompt[:LONGEST].split()),
        model=request.checkpoint,
        count=request.count,
        saved=job.saved,
        size=(request.width, request.height) if request.width and request.height else None,
        refines=job.order.start is not None,
        ended=job.ended or "",
        code=job.code,
        data=job.data,
    )


def in_order(rows: Iterable[QueueRow]) -> list[QueueRow]:
    """As they are seen, from what is in the order of the queue; what is over comes last, the latest of it first."""
    groups: dict[str, list[QueueRow]] = {state: [] for state in SEEN}
    for row in rows:
        groups[row.state].append(row)
    over = sorted((row for state in ENDED for row in groups[state]), key=lambda row: row.ended, reverse=True)
    return [*(row for state in SEEN if state not in ENDED for row in groups[state]), *over]
