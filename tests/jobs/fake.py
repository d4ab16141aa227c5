"""A backend that computes nothing: real events, real small pictures and latents on disk, and trouble to order.

Fake(home)                                        three steps, no trouble
Fake(home, [None, raising(death, before=4)])      the second task dies before its fifth event is told
Fake(home, seconds=0.1)                           every step takes so long
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core import events
from core.errors import HangaError
from core.events import Event
from core.jobs.in_process import InProcess
from core.jobs.task import Task
from core.library.keeper import Keeper
from core.library.latents import FINAL
from core.machine import Device, Machine
from core.paths import Home
from core.plan import Plan
from core.record import ImageRecord, record_of

MACHINE = Machine(devices=(Device(kind="cpu", name="fake", memory=8 << 30, bfloat16=False),), memory=8 << 30)
STEPS = 3


@dataclass(frozen=True)
class Upset:
    """Something that happens in a task when event number `before`, counted from 0, has come about but is not told."""

    before: int
    happen: Callable[[], object]


def raising(error: Exception, before: int) -> Upset:
    """A HangaError ends the task as Failed; WorkerDied, and whatever else, is raised."""

    def happen() -> None:
        raise error

    return Upset(before, happen)


@dataclass
class FakeWorkshop:
    """Tells the story of the pipeline with its pictures one by one. `upsets` are those of the coming tasks, in turn."""

    home: Home
    upsets: list[Upset | None] = field(default_factory=list)
    seconds: float = 0.0
    warmed: list[Plan] = field(default_factory=list)

    def machine(self) -> Machine:
        return MACHINE

    def prepare(self) -> None:
        """Nothing is needed."""

    def warm(self, plan: Plan, cancelled: Callable[[], bool]) -> None:
        self.warmed.append(plan)

    def run(self, task: Task, cancelled: Callable[[], bool]) -> Iterator[Event]:
        upset = self.upsets.pop(0) if self.upsets else None
        story = _Story(task, Keeper(self.home), self.seconds)
        try:
            for number, event in enumerate(story.tell()):
                if upset is not None and upset.before == number:
                    upset.happen()
                yield event
                if cancelled() and not isinstance(event, events.Finished):
                    yield events.Cancelled(job=task.job)
                    return
        except HangaError as error:
            if type(error) is not HangaError:
                raise
            yield events.Failed(job=task.job, code=error.code, data=error.data)


class Fake(InProcess):
    def __init__(self, home: Home, upsets: Sequence[Upset | None] = (), seconds: float = 0.0) -> None:
        self.workshop = FakeWorkshop(home, list(upsets), seconds)
        super().__init__(home, self.workshop)


@dataclass(frozen=True)
class _Story:
    task: Task
    keeper: Keeper
    seconds: float

    def tell(self) -> Iterator[Event]:
        task, plan = self.task, self.task.plan
        yield events.Started(job=task.job, seeds=plan.seeds, width=plan.width, height=plan.height, steps=STEPS)
        for index in range(len(plan.seeds)):
            if index not in task.done:
                record = record_of(plan, index, "2026-11-22T12:00:00+00:00", "fake", task.parent, task.job)
                yield from self._computed(record)
                yield from self._left(record)
        yield events.Finished(job=task.job, seconds=1.0)

    def _computed(self, record: ImageRecord) -> Iterator[Event]:
        if self.task.resume and self._is_kept(record):
            return
        for stage in (events.LOAD, events.ENCODE, events.BASE):
            yield events.StageStarted(job=self.task.job, stage=stage)
        for step in range(1, STEPS + 1):
            time.sleep(self.seconds)
            yield events.Stepped(
                job=self.task.job, stage=events.BASE, step=step, steps=STEPS, sigma=1.0 / step, seconds=self.seconds
            )
            pixels = bytes((record.seed + step + place) % 256 for place in range(12))
            yield events.Previewed(
                job=self.task.job, index=record.index, seed=record.seed, step=step, width=2, height=2, pixels=pixels
            )

    def _left(self, record: ImageRecord) -> Iterator[Event]:
        job, plan, index, seed = self.task.job, self.task.plan, record.index, record.seed
        latents = np.full((4, plan.height // 8, plan.width // 8), seed % 1000, np.float32)
        path = self.keeper.keep_latents(record, {FINAL: latents})
        yield events.LatentKept(job=job, index=index, seed=seed, kind=FINAL, path=str(path))
        for stage in (events.DECODE, events.SAVE):
            yield events.StageStarted(job=job, stage=stage)
        path = self.keeper.keep_picture(_picture(plan, seed), record)
        yield events.Saved(job=job, index=index, seed=seed, path=str(path), width=plan.width, height=plan.height)

    def _is_kept(self, record: ImageRecord) -> bool:
        try:
            return bool(self.keeper.kept_latents(record.key, FINAL).size)
        except HangaError:
            return False


def _picture(plan: Plan, seed: int) -> NDArray[np.uint8]:
    """Another one for every seed, and never of one shade."""
    rows, columns = np.indices((plan.height, plan.width))
    return np.stack((rows + seed, columns, rows ^ columns), axis=-1).astype(np.uint8)
