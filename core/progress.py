"""Progress: how far a job is, and how long it still takes, as a bar and a sentence can show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Of the picture at `index` of `count`, in a stage of `core.events.STAGES`. Numbers nobody can know yet are None.

    `share` of the whole job lies in 0…1, never goes back, and is 1 when all is done. Seconds are never negative.
    """

    job: str
    stage: str
    index: int
    count: int
    share: float | None
    stage_seconds_left: float | None
    job_seconds_left: float | None
