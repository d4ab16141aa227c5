"""What wants a process of its own: `python -m tests.tools.scoreboard.child NAME BASE [REFINER]` prints figures as JSON.

Peaks and first times are a whole process's affair. Imports are done before anything is measured.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
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
from core.plan import Plan
from core.planning.planner import make_plan
from core.request import Request

READERS: Final = 4
PIECE: Final = 16 << 20
SIDE: Final = 256


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


def plan_of(paths: Sequence[Path], home: Home, steps: int = 2) -> Plan:
    base, *refiner = (str(path) for path in paths)
    request = Request(
        prompt="a boat",
        checkpoint=base,
        refiner=refiner[0] if refiner else None,
        width=SIDE,
        height=SIDE,
        steps=steps,
        seed=7,
    )
    return make_plan(request, ModelFolder(home), this_machine())


def load(paths: Sequence[Path], home: Home) -> Mapping[str, float]:
    """Both twice, in turns; the second time counts, when the files are in the system's cache."""
    plan = plan_of(paths, home)
    raw = ready = 0.0
    for _ in range(2):
        raw = read_raw(paths)
        networks = Networks()
        began = time.perf_counter()
        warm(plan, networks, lambda: False)
        ready = time.perf_counter() - began
        networks.release()
    return {"ready": ready, "raw": raw, "places": len(plan.residency.lodgings), "type": _bits(plan)}


def memory(paths: Sequence[Path], home: Home) -> Mapping[str, float]:
    """Bytes that the process has of its own when all networks are loaded, beside those of their weights; and the most
    it ever has while it makes a picture, beside the distinct ones."""
    plan = plan_of(paths, home)
    process, before = psutil.Process(), _own()
    networks = Networks()
    warm(plan, networks, lambda: False)
    loaded = _own() - before
    watch = _Peak(process)
    for event in run(plan, Keeper(home), networks):
        watch.look()
        if isinstance(event, events.Failed):
            raise RuntimeError(event.code)
    stored = sum(lodging.weight_bytes for lodging in plan.residency.lodgings)
    return {
        "own": loaded,
        "weights": stored,
        "peak": watch.peak - before,
        "planned": plan.peak_bytes,
        "file bytes": sum(path.stat().st_size for path in paths),
        "type": _bits(plan),
    }


class _Peak:
    """The most anonymous memory, looked at between events: file pages are the system's to take back."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.peak = _own()

    def look(self) -> None:
        self.peak = max(self.peak, _own())


def first_preview(paths: Sequence[Path], home: Home) -> Mapping[str, float]:
    """From a plan to the first preview, without what one step takes, beside reading the files."""
    plan = plan_of(paths, home)
    raw = read_raw(paths)
    began, step = time.perf_counter(), 0.0
    for event in run(plan, Keeper(home), Networks()):
        if isinstance(event, events.Stepped):
            step = event.seconds
        if isinstance(event, events.Previewed):
            break
    return {"preview": time.perf_counter() - began, "step": step, "raw": raw}


def _own() -> float:
    """Bytes that no file backs."""
    information = psutil.Process().memory_full_info()
    shared = getattr(information, "shared", 0)
    return float(information.rss - shared)


def _bits(plan: Plan) -> int:
    return {"float32": 32}.get(plan.dtype, 16)


MEASURES: Final[Mapping[str, Callable[[Sequence[Path], Home], Mapping[str, float]]]] = {
    "load": load,
    "memory": memory,
    "first_preview": first_preview,
}


def main(arguments: Sequence[str]) -> None:
    name, *paths = arguments
    import_libraries()
    for path in paths:
        describe(Path(path))
    with tempfile.TemporaryDirectory(dir=os.path.dirname(paths[0])) as folder:
        print(json.dumps(MEASURES[name]([Path(path) for path in paths], Home(Path(folder)))))


if __name__ == "__main__":
    main(sys.argv[1:])
