"""A backend that draws posters instead of computing: the whole story of a plan with its previews, at any pace.

Drawn(home)                             as fast as it can
Drawn(home, seconds=0.02)               every step takes so long
Drawn(home, holds=("refiner", 2))       waits at that step until `go_on` is called
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import events
from core.events import Event
from core.jobs.in_process import InProcess
from core.jobs.task import Task
from core.library.keeper import Keeper
from core.library.latents import FINAL, HANDOFF
from core.machine import Device, Machine
from core.paths import Home
from core.plan import BASE, Plan
from core.record import ImageRecord, record_of
from core.starter import posters
from core.starter.scene import COLOURS, POSITIONS, STYLES, SUBJECTS, TIMES, WEATHERS, Scene

Pixels = NDArray[np.uint8]

MACHINE: Final = Machine(devices=(Device(kind="cpu", name="drawn", memory=8 << 30, bfloat16=False),), memory=8 << 30)
PREVIEW: Final = 8
"""Pixels of a picture to one of its preview, as latents have it."""


class Drawn(InProcess):
    """`holds` is (stage, step of that stage, counted from 1)."""

    def __init__(self, home: Home, seconds: float = 0.0, holds: tuple[str, int] | None = None) -> None:
        self.workshop = Workshop(home, seconds, holds)
        super().__init__(home, self.workshop)

    def go_on(self) -> None:
        """Past the step where it waits, and never wait again."""
        self.workshop.held.set()

    def close(self) -> None:
        self.go_on()
        super().close()


class Workshop:
    def __init__(self, home: Home, seconds: float, holds: tuple[str, int] | None) -> None:
        self.home, self.seconds, self.holds = home, seconds, holds
        self.held = threading.Event()
        self.is_waiting = False

    def machine(self) -> Machine:
        return MACHINE

    def prepare(self) -> None:
        """Nothing is needed."""

    def warm(self, plan: Plan, cancelled: Callable[[], bool]) -> None:
        """Nothing is loaded."""

    def run(self, task: Task, cancelled: Callable[[], bool]) -> Iterator[Event]:
        for event in self._story(task):
            yield event
            if cancelled() and not isinstance(event, events.Finished):
                yield events.Cancelled(job=task.job)
                return

    def _story(self, task: Task) -> Iterator[Event]:
        job, plan = task.job, task.plan
        yield events.Started(job=job, seeds=plan.seeds, width=plan.width, height=plan.height, steps=plan.steps)
        for index in range(len(plan.seeds)):
            if index not in task.done:
                record = record_of(plan, index, time.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "drawn", task.parent, job)
                yield from self._drawn(job, plan, record)
        yield events.Finished(job=job, seconds=1.0)

    def _drawn(self, job: str, plan: Plan, record: ImageRecord) -> Iterator[Event]:
        picture = draw(plan.request.prompt, record.seed, plan.width, plan.height)
        for stage in (events.LOAD, events.ENCODE):
            yield events.StageStarted(job=job, stage=stage)
            time.sleep(self.seconds)
        yield from self._steps(job, plan, record, picture)
        latents = np.zeros((4, plan.height // 8, plan.width // 8), np.float32)
        path = Keeper(self.home).keep_latents(record, {FINAL: latents, HANDOFF: latents})
        yield events.LatentKept(job=job, index=record.index, seed=record.seed, kind=FINAL, path=str(path))
        for stage in (events.DECODE, events.SAVE):
            yield events.StageStarted(job=job, stage=stage)
        saved = Keeper(self.home).keep_picture(picture, record)
        yield events.Saved(
            job=job, index=record.index, seed=record.seed, path=str(saved), width=plan.width, height=plan.height
        )

    def _steps(self, job: str, plan: Plan, record: ImageRecord, picture: Pixels) -> Iterator[Event]:
        done = 0
        for number, stage in enumerate(plan.stages):
            name = events.BASE if stage.role == BASE else events.REFINER
            if number:
                yield events.StageStarted(job=job, stage=events.SWAP)
            yield events.StageStarted(job=job, stage=name)
            for step in range(1, len(stage.timesteps) + 1):
                done += 1
                time.sleep(self.seconds)
                yield events.Stepped(
                    job=job, stage=name, step=done, steps=plan.steps, sigma=stage.sigmas[step], seconds=self.seconds
                )
                yield _previewed(job, record, picture, done, plan.steps)
                if (name, step) == self.holds:
                    self._wait()

    def _wait(self) -> None:
        self.is_waiting = True
        self.held.wait()
        self.is_waiting = False


def _previewed(job: str, record: ImageRecord, picture: Pixels, step: int, steps: int) -> events.Previewed:
    """The picture, small, coming out of noise."""
    clean = np.asarray(Image.fromarray(picture).reduce(PREVIEW), np.float32)
    share = (step / steps) ** 0.5
    grain = np.random.default_rng(record.seed).normal(128, 50, clean.shape)
    small = (share * clean + (1 - share) * grain).clip(0, 255).astype(np.uint8)
    height, width = small.shape[:2]
    return events.Previewed(
        job=job, index=record.index, seed=record.seed, step=step, width=width, height=height, pixels=small.tobytes()
    )


@lru_cache(maxsize=64)
def draw(prompt: str, seed: int, width: int, height: int) -> Pixels:
    """The poster of what `prompt` names."""
    return np.asarray(posters.render(scene(prompt), width, height, np.random.default_rng(seed)), np.uint8)


def scene(prompt: str) -> Scene:
    def named(words: tuple[str, ...]) -> str:
        return next((word for word in words if word in prompt.lower()), words[0])

    return Scene(
        subject=named(SUBJECTS),
        colour=named(COLOURS),
        time=named(TIMES),
        weather=named(WEATHERS),
        style=named(STYLES),
        position=named(("centre", *POSITIONS)),
    )
