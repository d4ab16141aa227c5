"""What happens before the first step, and what memory it takes: measured in processes of their own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

from core.torch_environment import for_torch
from tests.house import ROOT
from tests.tools.scoreboard.bench import Bench
from tests.tools.scoreboard.row import Figures

IMPORTS: Final = 3
ENGINE: Final = "import core.jobs.torch_workshop"


def child(bench: Bench, name: str, refines: bool = False) -> Mapping[str, float]:
    """What `child` measures under that name. Raises CalledProcessError."""
    paths = [str(bench.model(role)) for role in (("base", "refiner") if refines else ("base",))]
    command = [sys.executable, "-m", "tests.tools.scoreboard.child", name, str(bench.scale.picture), *paths]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=for_torch(os.environ))
    figures: Mapping[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def load_ready(bench: Bench) -> Figures:
    found = child(bench, "load")
    return Figures(found["ready"], found["raw"], "s", f"base, computed in {found['type']:.0f} bits, stored in 16")


def anonymous_memory(bench: Bench) -> Figures:
    found = child(bench, "memory")
    note = f"loaded, computed in {found['type']:.0f} bits, stored in 16"
    return Figures(found["own"] / 1e6, found["weights"] / 1e6, "MB", note)


def host_peak(bench: Bench) -> Figures:
    found = child(bench, "memory", refines=True)
    note = f"base and refiner; planned {found['planned'] / 1e6:.0f} MB with torch"
    return Figures(found["peak"] / 1e6, found["weights"] / 1e6, "MB", note)


def first_preview(bench: Bench) -> Figures:
    return _preview(child(bench, "first_preview"))


def cold_preview(bench: Bench) -> Figures:
    return _preview(child(bench, "cold_preview"))


def _preview(found: Mapping[str, float]) -> Figures:
    note = f"beside it one step of {found['step']:.2f} s"
    return Figures(found["preview"] - found["step"], found["raw"], "s", note)


def import_time(bench: Bench) -> Figures:
    taken = {code: statistics.median(_seconds(code) for _ in range(IMPORTS)) for code in (ENGINE, "import torch")}
    return Figures(taken[ENGINE], taken["import torch"], "s", "the worker's imports before it answers")


def _seconds(code: str) -> float:
    """Of the processor, which a crowded machine spoils least where the system tells it."""
    watch = _processor_clock()
    began = watch()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    return watch() - began


def _processor_clock() -> Callable[[], float]:
    if sys.platform == "win32":
        return time.perf_counter
    import resource

    def children() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    return children
