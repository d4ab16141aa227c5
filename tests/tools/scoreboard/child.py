"""What wants a process of its own: `python -m tests.tools.scoreboard.child NAME SIDE BASE [REFINER]` prints figures of
pictures of that many pixels as JSON.

Peaks and first times are a whole process's affair. Imports are done before anything is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event, Thread
from typing import Final

import psutil
import torch

from core import events
from core.checkpoint.describe import describe
from core.library.keeper import Keeper
from core.library.models import ModelFolder
from core.memory.machine import this_machine
from core.paths import Home
from core.pipeline.networks import Networks
from core.pipeline.run import run
from core.pipeline.warm import import_libraries, warm
from core.plan import BASE, REFINER, Plan
from core.planning.planner import make_plan
from core.request import Request
from core.residency import TOWERS

READERS: Final = 4
PIECE: Final = 16 << 20
LOADS: Final = 5


def read_raw(paths: Sequence[Path]) -> float:
    """Seconds in which several threads read whole files into one piece of memory."""
    size = sum(path.stat().st_size for path in paths)
    began = time.perf_counter()
    arena, start, pieces = torch.empty(size, dtype=torch.uint8).numpy().data, 0, []
    for path in paths:
        length = path.stat().st_size
        pieces += [(path, at, arena[start + at : start + min(at + PIECE, length)]) for at in range(0, length, PIECE)]
        start += length
    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(lambda piece: _read_piece(*piece), pieces))
    return time.perf_counter() - began


def _read_piece(path: Path, at: int, target: memoryview) -> None:
    with path.open("rb", buffering=0) as file:
        file.seek(at)
        while target.nbytes:
            target = target[file.readinto(target) :]


@dataclass(frozen=True)
class Job:
    """What is measured: a picture of `side` pixels by the models at `paths`, a base and perhaps a refiner."""

    paths: Sequence[Path]
    side: int
    home: Home

    @cached_property
    def plan(self) -> Plan:
        base, *refiner = (str(path) for path in self.paths)
        request = Request(
            prompt="a boat",
            checkpoint=base,
            refiner=refiner[0] if refiner else None,
            width=self.side,
            height=self.side,
            steps=2,
            handoff=0.5,
            seed=7,
        )
        return make_plan(request, ModelFolder(self.home), this_machine())


def load(job: Job) -> Mapping[str, float]:
    """Medians of both, in turns after a round that does not count, when the files are in the system's cache."""
    plan, raw, ready = job.plan, [], []
    for _ in range(1 + LOADS):
        raw.append(read_raw(job.paths))
        networks = Networks()
        began = time.perf_counter()
        warm(plan, networks, lambda: False)
        ready.append(time.perf_counter() - began)
        networks.release()
    return {"ready": statistics.median(ready[1:]), "raw": statistics.median(raw[1:]), "type": _bits(plan)}


def memory(job: Job) -> Mapping[str, float]:
    """Bytes that the process has of its own when all networks are loaded, beside those of their weights; and the most
    it ever has while it makes a picture."""
    plan = job.plan
    before = _own()
    networks = Networks()
    warm(plan, networks, lambda: False)
    loaded = _own() - before
    with _Peak() as peak:
        for event in run(plan, Keeper(job.home), networks):
            if isinstance(event, events.Failed):
                raise RuntimeError(event.code)
    return {
        "own": loaded,
        "weights": _distinct(plan),
        "peak": peak.bytes - before,
        "planned": plan.peak_bytes,
        "type": _bits(plan),
    }


def _distinct(plan: Plan) -> int:
    """Bytes of all weights of the plan; of towers that base and refiner share, once."""
    texts = {stage.role: stage.text for stage in plan.stages}
    shared = texts.get(REFINER) == texts[BASE]
    return sum(
        lodging.weight_bytes
        for lodging in plan.residency.lodgings
        if not (shared and (lodging.role, lodging.part) == (REFINER, TOWERS))
    )


class _Peak:
    """The most anonymous memory while it is entered, looked at a hundred times a second: file pages are the system's
    to take back."""

    def __init__(self) -> None:
        self.bytes = _own()
        self._over = Event()
        self._looking = Thread(target=self._look, name="looking")

    def __enter__(self) -> _Peak:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            self.bytes = max(self.bytes, _own())


def first_preview(job: Job) -> Mapping[str, float]:
    """From a plan to the first preview, beside reading the files, which are in the system's cache."""
    plan = job.plan
    read_raw(job.paths)
    raw = read_raw(job.paths)
    return {**_first_preview(plan, job.home), "raw": raw}


def cold_preview(job: Job) -> Mapping[str, float]:
    """As `first_preview`, but nothing of the files is in memory, as after the computer was started. Raises OSError
    where the system cannot be told to forget them."""
    plan = job.plan
    _forget(job.paths)
    raw = read_raw(job.paths)
    _forget(job.paths)
    return {**_first_preview(plan, job.home), "raw": raw}


def _first_preview(plan: Plan, home: Home) -> Mapping[str, float]:
    """Seconds until then, and those of its one step."""
    began, step = time.perf_counter(), 0.0
    for event in run(plan, Keeper(home), Networks()):
        if isinstance(event, events.Stepped):
            step = event.seconds
        if isinstance(event, events.Previewed):
            break
    return {"preview": time.perf_counter() - began, "step": step}


def _forget(paths: Sequence[Path]) -> None:
    if not hasattr(os, "posix_fadvise"):
        raise OSError("this system keeps what it has read")
    for path in paths:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _own() -> float:
    """Bytes that no file backs."""
    information = psutil.Process().memory_info()
    shared = getattr(information, "shared", 0)
    return float(information.rss - shared)


def _bits(plan: Plan) -> int:
    return {"float32": 32}.get(plan.dtype, 16)


MEASURES: Final[Mapping[str, Callable[[Job], Mapping[str, float]]]] = {
    "load": load,
    "memory": memory,
    "first_preview": first_preview,
    "cold_preview": cold_preview,
}


def main(arguments: Sequence[str]) -> None:
    name, side, *paths = arguments
    import_libraries()
    for path in paths:
        describe(Path(path))
    with tempfile.TemporaryDirectory(dir=os.path.dirname(paths[0])) as folder:
        job = Job([Path(path) for path in paths], int(side), Home(Path(folder)))
        print(json.dumps(MEASURES[name](job)))


if __name__ == "__main__":
    main(sys.argv[1:])
