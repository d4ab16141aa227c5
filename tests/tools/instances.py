"""How a home is owned when many want it: `python -m tests.tools.instances --launches 100 --kills 500 --folder F`.

Starts many programs at one moment on one home and counts who owned it and whose arguments arrived; then kills owners,
at moments drawn from a seed, and counts how often the next start had the home. POSIX only: programs are forked.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from core.instance import Instance, claim, enter
from core.paths import Home

LONGEST_LIFE = 0.03
"""Seconds after which an owner is killed, at most: about as long as it needs to claim and to listen."""


@dataclass(frozen=True)
class Launches:
    """`owners` of `count` starts, and what of the others' arguments `arrived`, sorted."""

    count: int
    owners: int
    arrived: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.owners == 1 and len(set(self.arrived)) == len(self.arrived) == self.count - 1


def launch(home: Home, count: int, patience: float = 60.0) -> Launches:
    """`count` starts at one moment. The owner lives until all others have handed over, at most `patience` seconds."""
    start, go = os.pipe()
    told, tell = os.pipe()
    line = Line(start, tell, patience)
    children = [_forked(partial(_one_start, home, number, count, line)) for number in range(count)]
    os.close(tell)
    os.write(go, bytes(count))
    with os.fdopen(told) as lines:
        said = lines.read().split()
    for child in children:
        os.waitpid(child, 0)
    os.close(start)
    os.close(go)
    owners = said.count("owner")
    return Launches(count, owners, tuple(sorted(word for word in said if word != "owner")))


@dataclass(frozen=True)
class Line:
    """Where a start waits for its moment, and where it tells what became of it."""

    start: int
    tell: int
    patience: float


def _one_start(home: Home, number: int, count: int, line: Line) -> None:
    os.read(line.start, 1)
    instance = enter(home, [str(number)], line.patience)
    if instance is not None:
        os.write(line.tell, b"owner\n")
        _receive(instance, count - 1, line)


def _receive(instance: Instance, expected: int, line: Line) -> None:
    arrived: list[str] = []
    with instance:
        instance.listen(arrived.extend)
        end = time.monotonic() + line.patience
        while len(arrived) < expected and time.monotonic() < end:
            time.sleep(0.01)
    os.write(line.tell, "".join(f"{word}\n" for word in arrived).encode())


def kill_and_start_again(home: Home, rounds: int, seed: int) -> int:
    """Of `rounds` owners killed at a drawn moment of their life, how many left a home that could be had at once."""
    draw = random.Random(seed)
    had = 0
    for _ in range(rounds):
        with _owner(home) as owner:
            time.sleep(draw.uniform(0, LONGEST_LIFE))
            os.kill(owner, signal.SIGKILL)
        instance = claim(home)
        if instance is not None:
            instance.release()
            had += 1
    return had


@contextmanager
def _owner(home: Home) -> Iterator[int]:
    child = _forked(partial(_own, home))
    try:
        yield child
    finally:
        os.waitpid(child, 0)


def _own(home: Home) -> None:
    instance = claim(home)
    assert instance is not None
    instance.listen(print)
    signal.pause()


def _forked(act: Callable[[], object]) -> int:
    """The process that does `act` and ends."""
    child = os.fork()
    return child if child else _do_and_end(act)


def _do_and_end(act: Callable[[], object]) -> NoReturn:
    try:
        act()
    finally:
        os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--launches", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5, help="how often that many are launched")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    home = Home(chosen.folder)
    for number in range(chosen.rounds):
        seen = launch(home, chosen.launches)
        counts = f"{seen.count} launches, {seen.owners} owner, {len(seen.arrived)} handed over"
        print(f"round {number + 1}: {counts}, {'good' if seen.good else 'WRONG'}")
    had = kill_and_start_again(home, chosen.kills, chosen.seed)
    print(f"{chosen.kills} owners killed (seed {chosen.seed}), {had} next starts had the home at once")


if __name__ == "__main__":
    main()
