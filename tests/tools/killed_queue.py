"""Kill a program at random moments while it works through a queue: `python -m tests.tools.killed_queue`.

    --jobs N       orders, of one to three pictures each (default 500)
    --kills N      at most (default 200); then the rest is worked through in peace
    --seed S       of the moments

What the program says it has done is compared with what the queue says afterwards: every order is there, with its seed
and its pictures; none is begun again that was done; they were begun in their order; what was broken off comes first.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.database.database import Database
from core.jobs import job as states
from core.jobs.job import Job
from core.jobs.queue import Queue
from tests.house import ROOT
from tests.jobs.orders import order, plan


def pictures(name: str) -> int:
    return 1 + int(name) % 3


def work(home: Path, jobs: int) -> None:
    """The program that is killed. Says what it does on standard output, each only once that is done."""
    database = Database.open(home / "hanga.db", home / "snapshots")
    queue = Queue(database)
    if not queue.all():
        queue.add(order(str(number), seed=number * 7) for number in range(jobs))
    for job in queue.recover():
        say("recovered", job.id, job.state)
    say("ready")
    while (next_one := queue.next()) is not None:
        say("next", next_one.id)
        job = queue.begin(next_one.id, plan(next_one.order.request))
        for index in set(range(pictures(job.order.request.prompt))) - set(job.done):
            queue.saved(job.id, index)
            say("saved", job.id, str(index))
        queue.end(job.id, states.DONE)
        say("done", job.id)
    say("finished")
    database.close()


def say(*words: str) -> None:
    print(*words, flush=True)


@dataclass
class Witness:
    """What the programs said, and what of it cannot be."""

    saved: dict[str, set[int]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    finished: bool = False

    def hear(self, lines: Sequence[str]) -> None:
        """All that one program said. Its first job is the one that the program before it had begun last."""
        broken_off: list[str] = []
        for line in lines:
            match line.split():
                case ["recovered", job, *state]:
                    self._expect(job not in self.done, f"{job} was done and came back")
                    if state == [states.WAITING]:
                        broken_off.append(job)
                    else:
                        self.aside.add(job)
                case ["next", job]:
                    self._expect(job not in self.done, f"{job} was done and is begun again")
                    self._expect(not broken_off or job == broken_off.pop(0), f"{job} is before what was broken off")
                    self.begun += [job] if job not in self.begun else []
                case ["saved", job, index]:
                    self._expect(int(index) not in self.saved.setdefault(job, set()), f"{job} {index} is made twice")
                    self.saved[job].add(int(index))
                case ["done", job]:
                    self.done.append(job)
                case ["finished"]:
                    self.finished = True

    def examine(self, home: Path, jobs: int) -> None:
        """Compare with what the queue says."""
        with Database.open(home / "hanga.db", home / "snapshots") as database:
            found = Queue(database).all()
            self._expect(database.recovered is None, "the database had to be recovered")
        self._expect(len(found) in (0, jobs), f"{len(found)} jobs of {jobs}")
        self._expect(sorted(int(job.order.request.prompt) for job in found) == list(range(len(found))), "other orders")
        for job in found:
            self._expect(
                job.order == order(job.order.request.prompt, int(job.order.request.prompt) * 7), f"{job.id} changed"
            )
            self._expect(self.saved.get(job.id, set()) <= set(job.done), f"{job.id} lost a picture")
            self._expect(job.id not in self.done or job.state == states.DONE, f"{job.id} is {job.state}, not done")
        self._expect_order([job for job in found if job.id not in self.aside])

    def _expect_order(self, found: Sequence[Job]) -> None:
        order_of = {job.id: int(job.order.request.prompt) for job in found}
        begun = [order_of[job] for job in self.begun if job in order_of]
        self._expect(begun == sorted(begun), "begun out of order")

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


def campaign(home: Path, jobs: int, kills: int, seed: int) -> Witness:
    """What was found after at most `kills` kills, and one program that was left in peace."""
    dice, witness = random.Random(seed), Witness()
    for number in range(kills):
        early = number % 10 == 0
        moment = dice.uniform(0.0, 1.0) if early else dice.expovariate(1 / 0.15)
        witness.hear(list(_run(home, jobs, moment, early)))
        if number % 20 == 0 or witness.finished:
            witness.examine(home, jobs)
        if witness.finished:
            return witness
    witness.hear(list(_run(home, jobs, None)))
    witness.examine(home, jobs)
    if not witness.finished:
        witness.wrong.append("the last one did not finish")
    return witness


def _run(home: Path, jobs: int, seconds: float | None, early: bool = False) -> Iterator[str]:
    """What a program said until it was killed, `seconds` after it was ready, or `early`: after its start."""
    command = [sys.executable, "-m", "tests.tools.killed_queue", "--work", str(home), "--jobs", str(jobs)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        timer = threading.Timer(seconds or 0.0, program.kill)
        if early:
            timer.start()
        assert program.stdout
        for line in program.stdout:
            yield line
            if line == "ready\n" and seconds is not None and not early:
                timer.start()
        timer.cancel()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, default=500)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.work:
        work(chosen.work, chosen.jobs)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        witness = campaign(Path(folder), chosen.jobs, chosen.kills, chosen.seed)
    print(f"jobs {chosen.jobs}  done {len(witness.done)}  set aside {len(witness.aside)}  wrong {len(witness.wrong)}")
    print("\n".join(witness.wrong[:20]))
    return 1 if witness.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
