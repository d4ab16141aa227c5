"""The program killed again and again while it works through a queue: is every picture there that it announced?

    python -m tests.tools.kills --kills 200 --jobs 50 [--worker tiny] [--seed N]

Each time the window's process, its worker, or both get a SIGKILL at a random moment; then it starts again. In the end
the queue is run out, and everything is counted. With `--worker tiny` the worker computes with small random models;
without, it paints its pictures without computing, which leaves more moments to be killed at in the same time.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import psutil
from PIL import Image

from core import events
from core.cli.home import owned
from core.database.database import Database
from core.engine import Engine
from core.engine.notices import Notice
from core.jobs.job import DONE, SET_ASIDE, Job, Order
from core.jobs.queue import Queue
from core.jobs.worker_process import WorkerProcess
from core.library.library import Library
from core.library.picture import read_record
from core.paths import Home
from core.request import Request
from tests.jobs.acting_worker import command

REQUEST: Final = Request(
    prompt="a boat", checkpoint="base.safetensors", refiner="refiner.safetensors", width=64, height=64, steps=3
)
STEP_SECONDS: Final = 0.01
READY_SECONDS: Final = 120.0


@dataclass
class Tally:
    """What happened, and what was found in the end. All but the first five must be zero."""

    kills: int = 0
    announced: int = 0
    pictures: int = 0
    slowest_start: float = 0.0
    set_aside: int = 0
    """Jobs killed three times without a picture between; they are asked for again, as an artist would."""
    lost: int = 0
    """Announced, but not on disk, not readable, or not in the library."""
    doubled: int = 0
    missing: int = 0
    """Of jobs that are done."""
    out_of_order: int = 0
    not_done: int = 0
    damaged: int = 0
    temporary: int = 0

    def table(self) -> str:
        return "\n".join(f"| {name} | {value:.4g} |" for name, value in vars(self).items())

    @property
    def is_clean(self) -> bool:
        return not any(list(vars(self).values())[5:])


@dataclass
class Child:
    """The program at work, and the lines it has said."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def started(cls, home: Home, worker: str) -> Child:
        arguments = [sys.executable, "-m", "tests.tools.kills", "--child", str(home.root), "--worker", worker]
        child = cls(subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True))
        threading.Thread(target=child._listen, daemon=True).start()
        return child

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip("\n"))
                if line.startswith("ready"):
                    self.ready.set()
        self.ready.set()

    def kill(self, rng: random.Random) -> None:
        """The window, its worker, or both, in either order."""
        with contextlib.suppress(psutil.NoSuchProcess):
            own = psutil.Process(self.process.pid)
            victims = rng.choice(([own], [own], own.children(), [own, *own.children()], [*own.children(), own]))
            for victim in victims:
                victim.send_signal(signal.SIGKILL)
            if own not in victims:
                time.sleep(rng.uniform(0, 0.5))
                own.send_signal(signal.SIGKILL)
        self.process.wait()


def work(home: Home, worker: str) -> None:
    """The child: the engine until the queue is empty, saying what it announces."""

    def announce(notice: Notice) -> None:
        if isinstance(notice, events.Saved):
            print(f"saved\t{notice.job}\t{notice.index}\t{notice.path}", flush=True)

    options = ["--real"] if worker == "tiny" else ["--seconds", str(STEP_SECONDS)]
    with owned(home), Engine(home, WorkerProcess(home, command=command(home, *options))) as engine:
        engine.listen(announce)
        engine.start()
        print("ready", flush=True)
        engine.wait()


def filled(home: Home, jobs: int, start: int) -> list[Job]:
    """Jobs of one, two or three pictures."""
    orders = [Order(request=replace(REQUEST, seed=1000 * (start + n), count=1 + n % 3)) for n in range(jobs)]
    with Database.open(home.database, home.snapshots) as database:
        return Queue(database).add(orders)


def campaign(home: Home, kills: int, jobs: int, rng: random.Random, worker: str = "painting") -> Tally:
    tally, ordered, said = Tally(), filled(home, jobs, 0), list[str]()
    span = 1.0
    while tally.kills < kills:
        child = _begun(home, worker, tally)
        time.sleep(rng.uniform(0, span))
        if child.process.poll() is None:
            child.kill(rng)
            tally.kills += 1
        else:
            ordered += filled(home, jobs, len(ordered))
        said += child.lines
    while True:
        child = _begun(home, worker, tally)
        child.process.wait()
        said += child.lines
        if child.process.returncode == 0 and not _asked_again(home, tally):
            break
    _count(home, ordered, said, tally)
    return tally


def _asked_again(home: Home, tally: Tally) -> int:
    """How many jobs that had been set aside wait again."""
    with Database.open(home.database, home.snapshots) as database:
        queue = Queue(database)
        aside = [job for job in queue.all() if job.state == SET_ASIDE]
        for job in aside:
            queue.retry(job.id)
    tally.set_aside += len(aside)
    return len(aside)


def _begun(home: Home, worker: str, tally: Tally) -> Child:
    started = time.monotonic()
    child = Child.started(home, worker)
    if not child.ready.wait(READY_SECONDS):
        raise TimeoutError("the program did not start")
    tally.slowest_start = max(tally.slowest_start, time.monotonic() - started)
    return child


def _count(home: Home, ordered: Sequence[Job], said: Sequence[str], tally: Tally) -> None:
    announced = {(job, int(index)): Path(path) for job, index, path in _announced(said)}
    tally.announced = len(announced)
    with (
        Database.open(home.database, home.snapshots) as database,
        contextlib.closing(Library(home, database)) as library,
    ):
        queue = Queue(database)
        drift = library.reconcile()
        tally.damaged = len(drift.damaged) + (database.recovered is not None)
        tally.lost = sum(not _is_safe(library, path) for path in announced.values())
        for job in ordered:
            made = Counter(picture.index for picture in library.of_job(job.id))
            tally.pictures += made.total()
            tally.doubled += sum(count - 1 for count in made.values())
            tally.missing += len(set(range(job.order.request.count)) - made.keys())
            tally.not_done += queue.job(job.id).state != DONE
        library.close()
    tally.temporary = sum(1 for path in home.root.rglob("*.part"))
    first = {job: place for place, (job, index, _) in reversed(list(enumerate(_announced(said))))}
    places = [first[job.id] for job in ordered if job.id in first]
    tally.out_of_order = 0 if tally.set_aside else sum(after < before for before, after in itertools.pairwise(places))


def _announced(said: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for line in said:
        if line.startswith("saved\t") and line.count("\t") == 3:
            _, job, index, path = line.split("\t")
            yield job, index, path


def _is_safe(library: Library, path: Path) -> bool:
    """On disk, whole, with its record, and in the library."""
    with Image.open(path) as image:
        image.load()
    picture = library.at(path)
    return picture is not None and not picture.missing and read_record(path).key == picture.key


def models(home: Home) -> None:
    """Small random models, as every plan here wants them."""
    import torch

    from tests.tiny import write_base, write_refiner

    torch.set_num_threads(1)
    home.models.mkdir(parents=True)
    write_base(home.models / "base.safetensors")
    write_refiner(home.models / "refiner.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--worker", choices=("painting", "tiny"), default="painting")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        work(Home(options.child), options.worker)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        models(home)
        started = time.monotonic()
        tally = campaign(home, options.kills, options.jobs, random.Random(options.seed), options.worker)
        print(f"seed {options.seed}, {time.monotonic() - started:.0f} s\n{tally.table()}")
        sys.exit(not tally.is_clean)


if __name__ == "__main__":
    main()
