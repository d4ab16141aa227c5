"""A thousand jobs of many kinds through one engine and one worker: does anything grow that should not?

    python -m tests.tools.soak --jobs 1000 [--seed N]

Sizes, samplers, second stages and models change from job to job, and some jobs are cancelled. Every tenth of the
way both processes are measured: resident memory, open files, threads.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from core import events
from core.engine import Engine, JobChanged, Notice
from core.jobs.job import CANCELLED, DONE
from core.paths import Home
from core.request import Request
from tests.tools.kills import REQUEST, models

SIDES: Final = (64, 96, 128)
SAMPLERS: Final = ("euler", "euler_ancestral", "dpmpp_2m", "dpmpp_2m_sde", "heun")
CANCEL_ODDS: Final = 0.1
MEASURES: Final = 10
WARM_UP: Final = 0.1
"""Share of the jobs after which memory should have found its level."""
JOB_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Measure:
    """After so many jobs: megabytes, open files and threads of window and worker."""

    jobs: int
    megabytes: tuple[float, float]
    files: tuple[int, int]
    threads: tuple[int, int]


@dataclass(frozen=True)
class Soaked:
    """`slopes`: megabytes per job in window and worker, fitted after the warm-up."""

    measures: tuple[Measure, ...]
    done: int
    cancelled: int
    left_over: int
    """Temporary files in the home."""

    @property
    def slopes(self) -> tuple[float, float]:
        later = [each for each in self.measures if each.jobs >= WARM_UP * self.measures[-1].jobs]
        jobs = [each.jobs for each in later]
        window, worker = (np.polyfit(jobs, [each.megabytes[side] for each in later], 1)[0] for side in (0, 1))
        return float(window), float(worker)

    def table(self) -> str:
        head = "| jobs | window MB | worker MB | files | threads |\n|---|---|---|---|---|"
        rows = (
            f"| {each.jobs} | {each.megabytes[0]:.0f} | {each.megabytes[1]:.0f} | {each.files} | {each.threads} |"
            for each in self.measures
        )
        return "\n".join((head, *rows))


def requests(count: int, rng: random.Random) -> Iterator[Request]:
    for seed in range(count):
        width, height = rng.choice(SIDES), rng.choice(SIDES)
        checkpoint = rng.choice(("base.safetensors", "other.safetensors"))
        refiner = rng.choice(("refiner.safetensors", None))
        sampler = rng.choice(SAMPLERS)
        yield replace(
            REQUEST, width=width, height=height, checkpoint=checkpoint, refiner=refiner, sampler=sampler, seed=seed
        )


def soak(home: Home, count: int, rng: random.Random) -> Soaked:
    """`count` jobs, one after the other."""
    measures: list[Measure] = []
    with Engine.with_worker(home) as engine:
        stepped = threading.Event()
        engine.listen(lambda notice: _watch(notice, stepped))
        engine.start()
        for number, request in enumerate(requests(count, rng), 1):
            stepped.clear()
            (job,) = engine.submit([request])
            if rng.random() < CANCEL_ODDS and stepped.wait(JOB_SECONDS):
                engine.cancel(job.id)
            if not engine.wait(JOB_SECONDS):
                raise TimeoutError(f"job {number} hangs")
            if number % max(count // MEASURES, 1) == 0:
                measures.append(_measure(number))
        states = [job.state for job in engine.queue.all()]
    left_over = sum(1 for path in home.root.rglob("*.part"))
    return Soaked(tuple(measures), states.count(DONE), states.count(CANCELLED), left_over)


def _watch(notice: Notice, stepped: threading.Event) -> None:
    if isinstance(notice, events.Stepped) or (isinstance(notice, JobChanged) and notice.job.ended):
        stepped.set()


def _measure(jobs: int) -> Measure:
    window = psutil.Process()
    (worker,) = window.children()
    both = (window, worker)
    first, second = ((each.memory_info().rss / 2**20, each.num_fds(), each.num_threads()) for each in both)
    return Measure(jobs, (first[0], second[0]), (first[1], second[1]), (first[2], second[2]))


def prepared(folder: Path) -> Home:
    """A home with two bases and a refiner."""
    from tests.tiny import write_base

    home = Home(folder)
    models(home)
    write_base(home.models / "other.safetensors", seed=99)
    return home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = prepared(Path(folder) / "home")
        started = time.monotonic()
        soaked = soak(home, options.jobs, random.Random(options.seed))
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s\n{soaked.table()}")
    print(f"done {soaked.done}, cancelled {soaked.cancelled}, left over {soaked.left_over}")
    print("MB per job, window and worker: {:.3f} {:.3f}".format(*soaked.slopes))
    sys.exit(soaked.left_over or soaked.done + soaked.cancelled != options.jobs)


if __name__ == "__main__":
    main()
