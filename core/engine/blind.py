"""Blind trials: which of two set-ups is preferred, asked without saying which is which.

trial = engine.trials.begin("fog", a, b, ["a heron", "a fox"], seeds=[1, 2])      # four pairs, eight jobs
engine.trials.vote(trial.id, place, B)
engine.trials.trial(trial.id).preference.interval
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.database.database import Database
from core.durable import write_over
from core.errors import HangaError
from core.jobs.job import Job, Order
from core.jobs.queue import Queue
from core.library import trials
from core.library.trials import Pair, Trial, TrialGlance
from core.request import Request

MOST_PAIRS: Final = 500
TOGETHER: Final = 4
"""Pictures of one set-up that are made in a row where the other one has other models, which take time to change."""

COLUMNS: Final = ("pair", "prompt", "seed", "left", "right", "vote", "voted", "job_a", "job_b")


class BlindTrials:
    """Every method is one transaction; any thread may call it. All raise HangaError disk.*; those that take the id of a
    trial also file.unknown_trial."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        placed: Callable[[Request], Request],
        announce: Callable[[Sequence[Job]], object],
    ) -> None:
        """`placed` chooses the device of a request that names none; `announce` is told of new jobs."""
        self._database, self._queue = database, queue
        self._placed, self._announce = placed, announce

    def begin(self, name: str, a: Request, b: Request, prompts: Sequence[str], seeds: Sequence[int]) -> Trial:
        """Queue every prompt with every seed under both set-ups, as ordinary jobs; their pictures will carry `name` as
        a tag. Raises HangaError request.trial_pairs, request.label."""
        asked = [(prompt, seed) for prompt in prompts for seed in seeds]
        if not 0 < len(asked) <= MOST_PAIRS:
            raise HangaError("request.trial_pairs", number=len(asked), most=MOST_PAIRS)
        orders = list(_orders(self._placed(a), self._placed(b), asked))
        draw = random.SystemRandom()
        with self._database.writing() as connection:
            jobs = self._queue.add(order for _, _, order in orders)
            ids = {(place, which): job.id for (place, which, _), job in zip(orders, jobs, strict=True)}
            pairs = [
                Pair(
                    prompt=prompt,
                    seed=seed,
                    jobs=(ids[place, trials.A], ids[place, trials.B]),
                    b_is_left=draw.random() < 0.5,
                )
                for place, (prompt, seed) in enumerate(asked)
            ]
            trial = trials.read(connection, trials.insert(connection, name, a, b, pairs))
        self._announce(jobs)
        return trial

    def all(self) -> list[TrialGlance]:
        """The newest first."""
        with self._database.reading() as connection:
            return trials.glances(connection)

    def trial(self, id: str) -> Trial:
        with self._database.reading() as connection:
            return trials.read(connection, id)

    def unfinished(self, trial: Trial) -> int:
        """Pairs whose pictures are still to come."""
        coming = self._queue.unfinished()
        return sum(not pair.is_there and not coming.isdisjoint(pair.jobs) for pair in trial.pairs)

    def vote(self, id: str, place: int, choice: str) -> Trial:
        """`choice`: "a", "b" or "tie"."""
        with self._database.writing() as connection:
            trials.vote(connection, id, place, choice)
            return trials.read(connection, id)

    def take_back(self, id: str) -> tuple[int | None, Trial]:
        """The place of the pair whose vote is none again, if there was one."""
        with self._database.writing() as connection:
            return trials.take_back(connection, id), trials.read(connection, id)

    def reveal(self, id: str) -> Trial:
        """The artist knows now which is which: the votes stay as they are."""
        with self._database.writing() as connection:
            trials.reveal(connection, id)
            return trials.read(connection, id)

    def put_away(self, id: str, away: bool = True) -> None:
        """Out of the list, or back into it. Pictures and votes stay."""
        with self._database.writing() as connection:
            trials.put_away(connection, id, away)

    def welcome(self, picture: int) -> None:
        """To be told of every new picture: those of trials are tagged."""
        with self._database.writing() as connection:
            trials.welcome(connection, picture)


def write_table(trial: Trial, path: Path) -> None:
    """All pairs of a trial as comma-separated values in UTF-8, with a mark at the beginning from which spreadsheets
    know it. Raises HangaError disk.*."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for place, pair in enumerate(trial.pairs, 1):
        sides = (pair.on(left=True), pair.on(left=False))
        writer.writerow((place, pair.prompt, pair.seed, *sides, pair.vote or "", pair.voted or "", *pair.jobs))
    write_over(path, table.getvalue().encode("utf-8-sig"))


def _orders(a: Request, b: Request, asked: Sequence[tuple[str, int]]) -> Iterator[tuple[int, str, Order]]:
    """(place of the pair, which set-up, order), in the order in which they are to be made."""
    lot = 1 if (a.checkpoint, a.refiner, a.vae, a.loras) == (b.checkpoint, b.refiner, b.vae, b.loras) else TOGETHER
    for first in range(0, len(asked), lot):
        for which, request in ((trials.A, a), (trials.B, b)):
            for place, (prompt, seed) in enumerate(asked[first : first + lot], first):
                yield place, which, Order(request=replace(request, prompt=prompt, seed=seed, count=1))
