"""Whole runs: what a preview costs, how soon a stopped run stops, whether its bits hold, what lossy ways cost."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from core import events
from core.events import Event
from core.library.models import ModelFolder
from core.memory.form import form_of
from core.memory.lodgings import housed, streaming
from core.memory.machine import this_machine
from core.pipeline.networks import Networks
from core.pipeline.preview import preview
from core.pipeline.run import run
from core.plan import Plan
from core.planning.planner import make_plan
from core.record import ImageRecord
from core.request import Request
from core.residency import UNDECIDED, UNET
from tests.tools.scoreboard.bench import Bench, turns
from tests.tools.scoreboard.row import Figures

STARTER_STEPS: Final = 25


@dataclass
class Keeping:
    """Keeps final latents and pictures of one run in memory."""

    latents: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    pixels: list[NDArray[np.uint8]] = field(default_factory=list)

    def keep_latents(self, record: ImageRecord, latents: Mapping[str, NDArray[np.float32]]) -> Path:
        self.latents = dict(latents)
        return Path(record.key)

    def keep_picture(self, pixels: NDArray[np.uint8], record: ImageRecord) -> Path:
        self.pixels.append(pixels)
        return Path(record.key)

    def kept_latents(self, key: str, name: str) -> NDArray[np.float32]:
        raise LookupError(name)


@dataclass(frozen=True)
class Told:
    """A run that ended: what it kept, and every event with the second at which it came."""

    kept: Keeping
    happened: list[tuple[float, Event]]

    @property
    def seconds(self) -> float:
        return self.happened[-1][0] - self.happened[0][0]

    def of(self, kind: type[Event]) -> list[float]:
        return [second for second, event in self.happened if isinstance(event, kind)]

    @property
    def step(self) -> float:
        """Median seconds of a step."""
        return statistics.median(self._steps())

    @property
    def step_sum(self) -> float:
        """Seconds of all steps."""
        return sum(self._steps())

    def _steps(self) -> list[float]:
        return [event.seconds for _, event in self.happened if isinstance(event, events.Stepped)]


def plan_for(bench: Bench, request: Request, limit: int | None = None) -> Plan:
    return make_plan(request, ModelFolder(bench.home), this_machine(limit))


def told(plan: Plan, networks: Networks, cancelled: Callable[[], bool] = lambda: False, previews: bool = True) -> Told:
    """Raises RuntimeError where the run fails."""
    kept = Keeping()
    happened = list(_timed(run(plan, kept, networks, cancelled=cancelled, previews=previews)))
    if isinstance(last := happened[-1][1], events.Failed):
        raise RuntimeError(f"{last.code} {last.data}")
    return Told(kept, happened)


def _timed(story: Iterator[Event]) -> Iterator[tuple[float, Event]]:
    for event in story:
        yield time.perf_counter(), event


def preview_cost(bench: Bench) -> Figures:
    """A preview of latents of the same size beside a step."""
    plan = plan_for(bench, bench.request())
    cells = bench.scale.picture // 8
    latents = torch.randn(4, cells, cells, device=bench.device)
    (making,) = turns(bench, [lambda: preview(latents, plan.first_stage.latent_rgb)])
    return Figures(making, told(plan, Networks()).step, "s", f"{bench.scale.picture}²")


def cancel_latency(bench: Bench) -> Figures:
    """From the wish, at several moments within a step, to the end."""
    plan, networks = plan_for(bench, bench.request()), Networks()
    step = told(plan, networks).step
    waits = [_wait(plan, networks, step * share) for share in (0.1, 0.3, 0.5, 0.7, 0.9)]
    return Figures(max(waits), step, "s", "worst of five moments within a step")


def _wait(plan: Plan, networks: Networks, delay: float) -> float:
    """Seconds from the wish, so long after the first step, to the end of the run."""
    wished: list[float] = []

    def cancelled() -> bool:
        return bool(wished) and time.perf_counter() >= wished[0]

    for event in run(plan, Keeping(), networks, cancelled=cancelled):
        if isinstance(event, events.Stepped) and not wished:
            wished.append(time.perf_counter() + delay)
    return max(0.0, time.perf_counter() - wished[0])


def same_bits(bench: Bench) -> Figures:
    """How many of the exact ways differ from the plain one in any bit of the final latents."""
    plan = plan_for(bench, bench.request(refines=True))
    expected = told(plan, Networks()).kept.latents["final"]
    ways = {"again": plan, "makes way": replace(plan, keep_resident=False), "streamed": half_streamed(plan)}
    differing = [name for name, way in ways.items() if (told(way, Networks()).kept.latents["final"] != expected).any()]
    return Figures(len(differing), len(ways), "ways", ", ".join(differing) or "all the same", ratio=len(differing))


def half_streamed(plan: Plan) -> Plan:
    """With half of each UNet streaming; on a processor, to one that goes by another name and so counts as a device."""
    plan = housed(replace(plan, device="cpu:0" if plan.device == "cpu" else plan.device, residency=UNDECIDED))
    unets = {stage.role: stage.unet for stage in plan.stages}
    lodgings = tuple(
        streaming(one, unets[one.role], form_of(plan), one.weight_bytes // 2) if one.part == UNET else one
        for one in plan.residency.lodgings
    )
    return replace(plan, residency=replace(plan.residency, lodgings=lodgings))


def lossy(change: Mapping[str, Any]) -> Callable[[Bench], Figures]:
    """Seconds of a run with `change`, beside the exact one, and how far its latents and its picture are off."""

    def measure(bench: Bench) -> Figures:
        request, networks = bench.request(), Networks()
        if bench.scale.starter:
            request = replace(request, checkpoint="starter", width=None, height=None, steps=STARTER_STEPS)
        plans = [plan_for(bench, one) for one in (request, replace(request, **change))]
        told(plans[0], networks)
        exact, fast = (told(plan, networks) for plan in plans)
        latents = decibels(exact.kept.latents["final"], fast.kept.latents["final"])
        pixels = decibels(exact.kept.pixels[0] / 255, fast.kept.pixels[0] / 255, peak=1.0)
        return Figures(fast.step_sum, exact.step_sum, "s", f"latents {latents:.1f} dB, picture {pixels:.1f} dB")

    return measure


def decibels(exact: NDArray, other: NDArray, peak: float | None = None) -> float:
    """Peak signal to noise; the peak is the range of the exact one, unless told."""
    noise = float(np.mean((exact.astype(np.float64) - other) ** 2))
    reach = peak or float(np.ptp(exact))
    return math.inf if noise == 0 else 10 * math.log10(reach**2 / noise)
