"""A job as a list shows it: read by the thousand, many times faster than whole jobs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.errors import Datum
from core.jobs.job import Job

LONGEST: Final = 400
"""Characters of a prompt that a list can show."""

# The database takes out of the texts what is needed, without a lock on the interpreter: a window reads the queue while
# it is being drawn.
SELECT: Final = f"""
SELECT id, state, code, data, ended,
    substr(json_extract(wanted, '$.request.prompt'), 1, {LONGEST}) AS prompt,
    json_extract(wanted, '$.request.checkpoint') AS model,
    json_extract(wanted, '$.request.count') AS count,
    json_extract(wanted, '$.request.width') AS width,
    json_extract(wanted, '$.request.height') AS height,
    json_extract(wanted, '$.start') IS NOT NULL AS refines,
    (SELECT count(*) FROM job_picture WHERE job_picture.job = job.id) AS saved
FROM job WHERE state != ? AND json_valid(wanted) ORDER BY place
"""


@dataclass(frozen=True, kw_only=True)
class Glance:
    """`size` is (width, height) where the request names one; `saved` how many of its `count` pictures are safe;
    `refines` whether it goes on from kept latents. The rest is as in `Job`; `ended` is "" until then."""

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


def glance(job: Job) -> Glance:
    request = job.order.request
    return Glance(
        id=job.id,
        state=job.state,
        prompt=_one_line(request.prompt),
        model=request.checkpoint,
        count=request.count,
        saved=job.saved,
        size=_size(request.width, request.height),
        refines=job.order.start is not None,
        ended=job.ended or "",
        code=job.code,
        data=job.data,
    )


def glances(connection: sqlite3.Connection, forgotten: str) -> Iterator[Glance]:
    """Of all jobs but those in the state `forgotten`, in the order in which they come, or came."""
    for row in connection.execute(SELECT, (forgotten,)):
        yield Glance(
            id=row["id"],
            state=row["state"],
            prompt=_one_line(row["prompt"] or ""),
            model=row["model"] or "",
            count=row["count"] or 1,
            saved=row["saved"],
            size=_size(row["width"], row["height"]),
            refines=bool(row["refines"]),
            ended=row["ended"] or "",
            code=row["code"],
            data=json.loads(row["data"]) if row["code"] else {},
        )


def _one_line(prompt: str) -> str:
    return " ".join(prompt[:LONGEST].split())


def _size(width: int | None, height: int | None) -> tuple[int, int] | None:
    return (width, height) if width and height else None
