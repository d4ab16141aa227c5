"""A job as a row of the database, and back."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from core.errors import Datum
from core.jobs.job import Job, Order
from core.plain import from_plain, to_plain
from core.plan import Plan

logger = logging.getLogger(__name__)

SELECT: Final = """
SELECT *, (SELECT group_concat(position) FROM job_picture WHERE job_picture.job = job.id) AS done FROM job
"""

UNREADABLE: Final = (TypeError, ValueError, RecursionError)
"""What reading a text raises that is damaged, or was written by a version that knows more."""


def written(word: Order | Plan | Mapping[str, Datum]) -> str:
    return json.dumps(to_plain(word), ensure_ascii=False, allow_nan=False)


def jobs_in(rows: Iterable[sqlite3.Row]) -> Iterator[Job]:
    """Those that can be read, in their order."""
    return (job for job in map(job_in, rows) if job is not None)


def job_in(row: sqlite3.Row) -> Job | None:
    """None, and a line in the log, for what cannot be read."""
    try:
        return Job(
            order=_order_in(row["wanted"]),
            data=from_plain(dict[str, Datum], json.loads(row["data"])),
            done=_numbers(row["done"]),
            plan=_plan_in(row),
            **{name: row[name] for name in ("id", "state", "crashes", "interruptions", "retries", "code")},
            **{name: row[name] for name in ("created", "began", "ended")},
        )
    except UNREADABLE as error:
        logger.warning("job %s cannot be read: %s", row["id"], error)
        return None


@lru_cache(maxsize=4096)
def _order_in(text: str) -> Order:
    """Remembered, because a window reads the whole queue again and again."""
    return from_plain(Order, json.loads(text))


def _plan_in(row: sqlite3.Row) -> Plan | None:
    """A plan can be made again, so one that cannot be read is none."""
    try:
        return from_plain(Plan, json.loads(row["plan"])) if row["plan"] else None
    except UNREADABLE as error:
        logger.warning("the plan of job %s cannot be read: %s", row["id"], error)
        return None


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in text.split(","))) if text else ()
