"""How true plans are: peak memory and seconds that were foretold, beside those of a real run in a process of its own.

`python -m tests.tools.plan_check` makes pictures with the starter model and with a medium one of random weights, on the
processor. Each process makes `--rounds` pictures to learn from, each with nothing in memory, then five that are
foretold and measured, of which the medians are told.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from core import events
from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.jobs.estimates import Estimator
from core.paths import Home
from core.plan import Plan
from core.request import EIGHT_BITS, EXACT, Request
from core.torch_environment import for_torch
from tests.house import ROOT
from tests.tools.random_checkpoint import Networks, checkpoint_tensors, write_random

MEDIUM: Final = Networks(
    unet=UNetConfig(
        model_channels=192,
        input_depth=(0, 0, 1, 1, 3, 3),
        middle_depth=3,
        output_depth=(3, 3, 3, 1, 1, 1, 0, 0, 0),
        context_dim=256 + 512,
        vector_dim=512 + 6 * 256,
    ),
    vae=VAEConfig(channels=64, res_blocks=1),
    clip_l=TextConfig(width=256, layers=4, mlp_width=1024, projection=None),
    big_g=TextConfig(width=512, layers=6, mlp_width=2048, projection=512),
)
MEBIBYTE: Final = 1 << 20
MEASURED: Final = 5


@dataclass(frozen=True)
class Case:
    """What is made: `model` is a name or a file."""

    name: str
    model: str
    size: int
    steps: int
    weights: str = EXACT

    @property
    def request(self) -> Request:
        refiner = "auto" if self.model == "starter" else None
        return Request(
            prompt="a red sailboat",
            checkpoint=self.model,
            refiner=refiner,
            width=self.size,
            height=self.size,
            steps=self.steps,
            seed=7,
            device="cpu",
            weights=self.weights,
        )


class Nowhere:
    """Keeps nothing: how fast a disk is belongs to another measurement."""

    def keep_latents(self, record: object, latents: object) -> Path:
        return Path("latents")

    def keep_picture(self, pixels: object, record: object) -> Path:
        return Path("picture")

    def kept_latents(self, key: str, name: str) -> Any:
        raise LookupError(key)


def measure(case: Case, home: Home, rounds: int) -> dict[str, Any]:
    """One process's share: pictures to learn from, then the measured one."""
    from core.library.models import ModelFolder
    from core.memory.machine import this_machine
    from core.pipeline.warm import import_libraries
    from core.planning.planner import make_plan

    import_libraries()
    plan = make_plan(case.request, ModelFolder(home, lambda: ()), this_machine())
    estimator = Estimator(home.timings)
    for _ in range(rounds):
        _told_and_taken(plan, estimator)
    runs = [_told_and_taken(plan, estimator) for _ in range(MEASURED)]
    stages = runs[0][1].keys()
    return {
        "name": case.name,
        "plan": [plan.peak_bytes, peak_bytes()],
        "stages": {
            stage: [median(told.get(stage, 0.0) for told, _ in runs), median(taken[stage] for _, taken in runs)]
            for stage in stages
        },
        "all": [sum(told.values()) / sum(taken.values()) for told, taken in runs],
    }


def _told_and_taken(plan: Plan, estimator: Estimator) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of a picture by stage, with nothing in memory: as what was learned until then tells them, and taken."""
    from core.pipeline.networks import Networks as Loaded

    estimator.worker_lost()
    told, networks = estimator.stages(plan), Loaded()
    taken = _run(plan, networks, estimator)
    networks.release()
    return told, taken


def _run(plan: Plan, networks: Any, estimator: Estimator) -> dict[str, float]:
    """Seconds by stage of one picture."""
    from core.pipeline.run import run

    estimator.begin(plan)
    seconds: dict[str, float] = {}
    stage, since = "", time.monotonic()
    for event in run(plan, Nowhere(), networks, job="check"):
        estimator.follow(event)
        ends = isinstance(event, events.StageStarted | events.Finished | events.Failed)
        if ends and stage:
            seconds[stage] = seconds.get(stage, 0.0) + time.monotonic() - since
        if isinstance(event, events.Failed):
            raise SystemExit(f"{event.code} {event.data}")
        if isinstance(event, events.StageStarted):
            stage, since = event.stage, time.monotonic()
    return seconds


def peak_bytes() -> int:
    """The most that this process ever had in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def report(found: dict[str, Any]) -> Iterator[str]:
    promised, real = found["plan"]
    yield f"{found['name']:20} peak MiB  {promised / MEBIBYTE:9.1f} {real / MEBIBYTE:9.1f} {promised / real:6.2f}"
    for stage, (told, took) in found["stages"].items():
        yield f"{'':20} {stage:9} {told:9.2f} {took:9.2f} {told / took if took else 1:6.2f}"
    told, took = (sum(one[side] for one in found["stages"].values()) for side in (0, 1))
    ratios = found["all"]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    yield f"{'':20} {'all s':9} {told:9.2f} {took:9.2f} {median(ratios):6.2f}  ({spread})"


def cases(size: int | None, steps: int, medium: Path) -> list[Case]:
    return [
        Case("starter 256", "starter", size or 256, steps),
        Case("starter 512", "starter", 2 * (size or 256), steps),
        Case("medium 512", str(medium), 2 * (size or 256), steps),
        Case("medium 512, 8 bits", str(medium), 2 * (size or 256), steps, EIGHT_BITS),
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", type=int, help="side of the smallest picture")
    arguments.add_argument("--steps", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=1, help="pictures to learn from")
    arguments.add_argument("--only", help="beginning of the names of the cases to be done")
    arguments.add_argument("--folder", type=Path, help="where the medium model is kept")
    arguments.add_argument("--case", type=int, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    keeping = tempfile.TemporaryDirectory() if options.folder is None else nullcontext(str(options.folder))
    with keeping as folder:
        medium = Path(folder) / "medium.safetensors"
        if not medium.exists():
            write_random(medium, list(checkpoint_tensors(MEDIUM)))
        chosen = cases(options.size, options.steps, medium)
        if options.case is not None:
            found = measure(chosen[options.case], Home(Path(folder) / "home"), options.rounds)
            print(json.dumps(found))
            return
        print(f"{'':20} {'':9} {'foretold':>9} {'measured':>9}  ratio")
        for number, case in enumerate(chosen):
            if case.name.startswith(options.only or ""):
                command = [sys.executable, "-m", "tests.tools.plan_check", "--case", str(number), "--folder", folder]
                command += ["--steps", str(options.steps), "--rounds", str(options.rounds)]
                command += ["--size", str(options.size)] if options.size else []
                environment = for_torch(os.environ)
                out = subprocess.run(
                    command, cwd=ROOT, check=True, capture_output=True, text=True, env=environment
                ).stdout
                print("\n".join(report(json.loads(out.splitlines()[-1]))), flush=True)


if __name__ == "__main__":
    main()
