"""What previews cost: `python -m tests.tools.preview_cost [--rounds N]`.

The whole window over a real worker makes the same picture with the starter, with previews and without them, in turns.
By the clock of the worker, from the start of a run to its end; and by what processors did for the worker and for the
window together, which does not depend on what else the machine is busy with. Medians, and the median of the ratios of
runs that followed each other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from core.engine import Engine
from core.events import Event, Finished
from core.jobs.worker_process import WorkerProcess
from core.paths import Home
from core.request import Request

if TYPE_CHECKING:  # Qt reads the environment when it is loaded
    from tests.tools.studio import Studio

ROUNDS: Final = 11
REQUEST: Final = Request(prompt="a red lighthouse at sunset", width=256, height=256, steps=25, seed=1, count=2)


@dataclass(frozen=True)
class Run:
    """Seconds: by the clock, and of processors for worker and window."""

    clock: float
    worker: float
    window: float

    @property
    def work(self) -> float:
        return self.worker + self.window


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="preview_cost", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args(argv).rounds
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from tests.tools.studio import Studio

    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(application, Home(Path(folder)), WorkerProcess)
        studio.open()
        pairs = [_pair(studio, first=number % 2 == 0) for number in range(rounds + 1)][1:]
        studio.close()
    _tell(pairs)
    return 0


def _tell(pairs: Sequence[tuple[Run, Run]]) -> None:
    print(f"{'two pictures, 256², 25 steps, median of ' + str(len(pairs)):44}{'with':>10}{'without':>10}{'ratio':>10}")
    for what in ("clock", "work", "worker", "window"):
        seen, unseen = ([getattr(pair[which], what) for pair in pairs] for which in (0, 1))
        ratio = statistics.median(one / other for one, other in zip(seen, unseen, strict=True))
        print(f"{what:44}{statistics.median(seen):10.3f}{statistics.median(unseen):10.3f}{ratio:10.3f}")


def _pair(studio: Studio, *, first: bool) -> tuple[Run, Run]:
    """With previews and without; `first`: whether in this order."""
    runs = {previews: _run(studio, previews=previews) for previews in (first, not first)}
    return runs[True], runs[False]


def _run(studio: Studio, *, previews: bool) -> Run:
    ended: list[Finished] = []

    def hear(event: Event) -> None:
        if isinstance(event, Finished):
            ended.append(event)

    def submit(engine: Engine) -> None:
        engine.change_settings(replace(engine.settings, previews=previews))
        engine.submit([REQUEST])

    studio.thread.noticed.connect(hear)
    before = _spent()
    studio.ask(submit)
    studio.until(lambda: ended)
    studio.rest(0.3)  # what the window does with the picture is the same in both
    after = _spent()
    studio.thread.noticed.disconnect(hear)
    return Run(ended[0].seconds, after[0] - before[0], after[1] - before[1])


def _spent() -> tuple[float, float]:
    """Seconds of processors, for the worker and for this process."""
    own = psutil.Process()
    worker = max((_work(each) for each in own.children()), default=0.0)
    return worker, _work(own)


def _work(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
