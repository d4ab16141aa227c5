"""The queue: which job comes next, and what has become of each. All of it lies in the database, so nothing that ends
this program, at any moment, loses a job, swaps two, or has one done twice.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core.database.database import Database
from core.errors import Datum
from core.jobs.glance import Glance, glances
from core.jobs.job import CANCELLED, DONE, FAILED, RUNNING, SET_ASIDE, WAITING, Job, Order, seeded
from core.jobs.rows import SELECT, job_in, jobs_in, written
from core.plan import Plan

MOST_CRASHES: Final = 2
MOST_INTERRUPTIONS: Final = 3
MOST_RETRIES: Final = 3
"""After the second crash, the third interruption in a row, a job is set aside; after three retries it stays failed."""

MOST_ENDED: Final = 1000
"""Ended jobs that are remembered; their pictures know themselves how they were made."""

FORGOTTEN: Final = "unreadable"
"""State of rows that this version cannot read: kept, and passed over."""


class Queue:
    """Every method is one transaction; any thread may call it. Methods that take the id of a job raise KeyError if
    there is none, and return the job as it is afterwards. All raise HangaError disk.* when the disk does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What is there

    def all(self) -> list[Job]:
        """In the order in which they come, or came."""
        return self._select("WHERE state != ? ORDER BY place", FORGOTTEN)

    def glances(self) -> list[Glance]:
        """As `all`, but only what a list shows."""
        with self._database.reading() as connection:
            return list(glances(connection, FORGOTTEN))

    def waiting(self) -> list[Job]:
        """The next one first."""
        return self._select("WHERE state = ? ORDER BY place", WAITING)

    def unfinished(self) -> frozenset[str]:
        """Ids of jobs that wait or run."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id FROM job WHERE state IN (?, ?)", (WAITING, RUNNING))
            return frozenset(row["id"] for row in rows)

    def job(self, id: str) -> Job:
        with self._database.reading() as connection:
            return _job(connection, id)

    def next(self) -> Job | None:
        """The first that waits; None when there is none, or the queue is paused."""
        with self._database.reading() as connection:
            if _is_paused(connection):
                return None
            rows = connection.execute(f"{SELECT} WHERE state = ? ORDER BY place", (WAITING,))
            return next(jobs_in(rows), None)

    # What the artist does

    def add(self, orders: Iterable[Order]) -> list[Job]:
        """New jobs at the end, in the order given. Seeds are drawn here, so that a job means the same pictures however
        often it is begun."""
        settled = [replace(order, request=seeded(order.request)) for order in orders]
        jobs = [Job(id=secrets.token_hex(8), order=order, state=WAITING, created=_now()) for order in settled]
        with self._database.writing() as connection:
            first = _last_place(connection) + 1
            connection.executemany(
                "INSERT INTO job (id, place, state, wanted, created) VALUES (?, ?, ?, ?, ?)",
                [(job.id, first + n, WAITING, written(job.order), job.created) for n, job in enumerate(jobs)],
            )
        return jobs

    def move(self, id: str, before: str | None) -> None:
        """Have the waiting job `id` come just before the waiting job `before`, or last. Jobs that do not wait have no
        place to go from or to: nothing happens."""
        with self._database.writing() as connection:
            places = dict(connection.execute("SELECT id, place FROM job WHERE state = ? ORDER BY place", (WAITING,)))
            order = [each for each in places if each != id]
            if id in places and (before is None or before in order):
                order.insert(len(order) if before is None else order.index(before), id)
                _put(connection, order, list(places.values()))

    def to_front(self, id: str) -> None:
        with self._database.writing() as connection:
            _to_front(connection, [id])

    def cancel(self, id: str) -> Job:
        """Nobody wants a waiting or running job any more. Ended ones stay what they are."""
        with self._database.writing() as connection:
            if _job(connection, id).state in (WAITING, RUNNING):
                _change(connection, id, state=CANCELLED, cleared=None, ended=_now())
            return _job(connection, id)

    def retry(self, id: str) -> Job:
        """Once more, at the end of the queue, with a clean record. One that waits, runs or is done stays as it is."""
        with self._database.writing() as connection:
            if _job(connection, id).state in (FAILED, CANCELLED, SET_ASIDE):
                clean = {"crashes": 0, "interruptions": 0, "retries": 0}
                _wait(connection, id, place=_last_place(connection) + 1, **clean)
            return _job(connection, id)

    def clear(self) -> str:
        """Cancel all that wait; what `undo_clear` takes to bring them back."""
        token = secrets.token_hex(8)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE job SET state = ?, cleared = ?, ended = ? WHERE state = ?", (CANCELLED, token, _now(), WAITING)
            )
        return token

    def undo_clear(self, token: str) -> None:
        """The jobs of that clearing wait again, where they did."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE job SET state = ?, cleared = NULL, ended = NULL WHERE cleared = ? AND state = ?",
                (WAITING, token, CANCELLED),
            )

    @property
    def paused(self) -> bool:
        with self._database.reading() as connection:
            return _is_paused(connection)

    def pause(self) -> None:
        self._set_paused(True)

    def resume(self) -> None:
        self._set_paused(False)

    # What becomes of a job

    def begin(self, id: str, plan: Plan) -> Job:
        """It runs from now on, after `plan`: unless it no longer waits, which the state of the job returned tells."""
        with self._database.writing() as connection:
            if _job(connection, id).state == WAITING:
                _change(connection, id, state=RUNNING, plan=written(plan), began=_now(), ended=None)
            return _job(connection, id)

    def saved(self, id: str, index: int) -> Job:
        """The picture `index` of it is safe. Saying so twice counts once. What broke it off before is forgiven."""
        with self._database.writing() as connection:
            _job(connection, id)
            connection.execute("INSERT OR IGNORE INTO job_picture VALUES (?, ?)", (id, index))
            _change(connection, id, crashes=0, interruptions=0)
            return _job(connection, id)

    def end(self, id: str, state: str, code: str = "", data: Mapping[str, Datum] | None = None) -> Job:
        """It is DONE, FAILED or CANCELLED, with the code and data of what went wrong."""
        if state not in (DONE, FAILED, CANCELLED):
            raise ValueError(f"{state} is no end")
        with self._database.writing() as connection:
            _job(connection, id)
            _change(connection, id, state=state, code=code, data=written(data or {}), ended=_now())
            if state == DONE:
                _change(connection, id, plan=None)  # Its pictures have it.
            return _job(connection, id)

    def put_back(self, id: str) -> Job:
        """It was broken off through no fault of its own, and comes first when the queue goes on."""
        with self._database.writing() as connection:
            if _job(connection, id).state == RUNNING:
                _to_front(connection, [id])
                _wait(connection, id)
            return _job(connection, id)

    def crashed(self, id: str) -> Job:
        """The worker died under it: once it comes first again, after the second time in a row it is set aside."""
        with self._database.writing() as connection:
            job = _job(connection, id)
            if job.state in (WAITING, RUNNING):
                _change(connection, id, crashes=job.crashes + 1)
                if job.crashes + 1 >= MOST_CRASHES:
                    _set_aside(connection, id, "engine.job_crashes")
                else:
                    _to_front(connection, [id])
                    _wait(connection, id)
            return _job(connection, id)

    def recover(self) -> list[Job]:
        """To be called once, before the first `begin`. Jobs that ran when the program was ended come first, but are set
        aside after the third time in a row; those that failed for want of memory or disk wait again, last, three times
        at most. The jobs that this concerned, as they are now."""
        with self._database.writing() as connection:
            _forget_unreadable(connection)
            _forget_old(connection)
            interrupted, failed = _interrupted(connection), _may_pass(connection)
            for job in interrupted:
                _interrupt(connection, job)
            _to_front(connection, [job.id for job in interrupted])
            for job in failed:
                _wait(connection, job.id, retries=job.retries + 1, place=_last_place(connection) + 1)
            return [_job(connection, job.id) for job in (*interrupted, *failed)]

    def _select(self, where: str, *values: str) -> list[Job]:
        with self._database.reading() as connection:
            return list(jobs_in(connection.execute(f"{SELECT} {where}", values)))

    def _set_paused(self, paused: bool) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE queue SET paused = ?", (paused,))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _job(connection: sqlite3.Connection, id: str) -> Job:
    row = connection.execute(f"{SELECT} WHERE id = ? AND state != ?", (id, FORGOTTEN)).fetchone()
    job = job_in(row) if row is not None else None
    if job is None:
        raise KeyError(id)
    return job


def _is_paused(connection: sqlite3.Connection) -> bool:
    (paused,) = connection.execute("SELECT paused FROM queue").fetchone()
    return bool(paused)


def _last_place(connection: sqlite3.Connection) -> int:
    (place,) = connection.execute("SELECT coalesce(max(place), 0) FROM job").fetchone()
    return int(place)


def _change(connection: sqlite3.Connection, id: str, **columns: str | int | None) -> None:
    assignments = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE job SET {assignments} WHERE id = ?", (*columns.values(), id))


def _wait(connection: sqlite3.Connection, id: str, **columns: int) -> None:
    _change(connection, id, state=WAITING, code="", data="{}", cleared=None, ended=None, **columns)


def _set_aside(connection: sqlite3.Connection, id: str, code: str) -> None:
    _change(connection, id, state=SET_ASIDE, code=code, ended=_now())


def _to_front(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """In their order before all others."""
    (first,) = connection.execute("SELECT coalesce(min(place), 0) FROM job").fetchone()
    _put(connection, ids, range(first - len(ids), first))


def _put(connection: sqlite3.Connection, ids: Iterable[str], places: Iterable[int]) -> None:
    connection.executemany("UPDATE job SET place = ? WHERE id = ?", list(zip(places, ids, strict=True)))


def _interrupted(connection: sqlite3.Connection) -> list[Job]:
    return list(jobs_in(connection.execute(f"{SELECT} WHERE state = ? ORDER BY place", (RUNNING,)).fetchall()))


def _may_pass(connection: sqlite3.Connection) -> list[Job]:
    """Those whose failure may not come again."""
    passing = "(code LIKE 'memory.%' OR code LIKE 'disk.%') AND retries < ?"
    rows = connection.execute(f"{SELECT} WHERE state = ? AND {passing} ORDER BY place", (FAILED, MOST_RETRIES))
    return list(jobs_in(rows.fetchall()))


def _interrupt(connection: sqlite3.Connection, job: Job) -> None:
    _change(connection, job.id, interruptions=job.interruptions + 1)
    if job.interruptions + 1 >= MOST_INTERRUPTIONS:
        _set_aside(connection, job.id, "engine.job_interruptions")
    else:
        _wait(connection, job.id)


def _forget_unreadable(connection: sqlite3.Connection) -> None:
    rows = connection.execute(f"{SELECT} WHERE state != ?", (FORGOTTEN,)).fetchall()
    for row in rows:
        if job_in(row) is None:
            _change(connection, row["id"], state=FORGOTTEN)


def _forget_old(connection: sqlite3.Connection) -> None:
    connection.execute(
        "DELETE FROM job WHERE ended IS NOT NULL AND state IN (?, ?, ?) AND id NOT IN"
        " (SELECT id FROM job WHERE ended IS NOT NULL ORDER BY ended DESC LIMIT ?)",
        (DONE, FAILED, CANCELLED, MOST_ENDED),
    )
