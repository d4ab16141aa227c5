"""Memory that runs out: at one allocation of a run, or at all of them until the plan has been lowered often enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from core import events
from core.events import Event
from core.memory.lowering import lowered
from core.pipeline.networks import Networks
from core.pipeline.run import run
from core.plan import Plan
from tests.pipeline.studio import Shelf

ONCE: Final = 0


@dataclass(frozen=True)
class Point:
    """The `number`th allocation (from 0) since a stage began for the first time fails; with `rungs`, so do all that
    follow, whatever they want, until the plan has been lowered as often."""

    stage: str
    number: int
    rungs: int = ONCE

    def __str__(self) -> str:
        return f"{self.stage}:{self.number}:{self.rungs}"


def point(text: str) -> Point:
    """What `str` made of it."""
    stage, number, rungs = text.split(":")
    return Point(stage, int(number), int(rungs))


@dataclass
class Scarce(TorchDispatchMode):
    """Counts the allocations of each stage, and has those fail that `point` says."""

    point: Point | None = None
    stage: str = events.LOAD
    rungs: int = 0
    """How often the plan has been lowered."""
    counts: Counter[str] = field(default_factory=Counter)
    failed: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = object.__hash__

    def __torch_dispatch__(
        self, function: Callable[..., Any], types: Any, arguments: Any = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        result = function(*arguments, **(named or {}))
        made = _storages([result])
        if made and made - _storages((*arguments, *(named or {}).values())):
            self._allocated()
        return result

    def _allocated(self) -> None:
        number = self.counts[self.stage]
        self.counts[self.stage] += 1
        here = self.point is not None and (self.stage, number) == (self.point.stage, self.point.number)
        if here or (self.failed and self.point is not None and self.rungs < self.point.rungs):
            self.failed += 1
            raise torch.OutOfMemoryError(f"no memory at {self.point}")

    def lower(self, plan: Plan, stage: str) -> Plan | None:
        self.rungs += 1
        return lowered(plan, stage)


@dataclass(frozen=True)
class Outcome:
    happened: list[Event]
    shelf: Shelf
    scarce: Scarce

    @property
    def notes(self) -> list[str]:
        return [event.note for event in self.happened if isinstance(event, events.StageStarted) and event.note]

    @property
    def ending(self) -> str:
        """Empty for a job that finished; else what it ended with."""
        last = self.happened[-1]
        return "" if isinstance(last, events.Finished) else getattr(last, "code", last.name)


def run_with(plan: Plan, networks: Networks, point: Point | None = None) -> Outcome:
    """A run in which memory runs out at `point`, if there is one."""
    scarce, shelf, happened = Scarce(point), Shelf(), []
    story = run(plan, shelf, networks, "job", lower=scarce.lower)
    for event in _under(scarce, story) if point else story:
        if isinstance(event, events.StageStarted) and not event.note:
            scarce.stage = event.stage
        happened.append(event)
    return Outcome(happened, shelf, scarce)


def _under(scarce: Scarce, story: Iterator[Event]) -> Iterator[Event]:
    while True:
        with scarce:
            event = next(story, None)
        if event is None:
            return
        yield event


def allocations(plan: Plan) -> Counter[str]:
    """How many there are in each stage of a run that loads everything."""
    return run_with(plan, Networks(), Point("", 0)).scarce.counts


def same_latents(one: Shelf, other: Shelf) -> bool:
    if one.latents.keys() != other.latents.keys():
        return False
    return all(
        np.array_equal(one.latents[key][name], other.latents[key][name])
        for key in other.latents
        for name in other.latents[key]
    )


def _storages(values: Iterable[object]) -> set[int]:
    return {
        tensor.untyped_storage().data_ptr()
        for tensor in _tensors(values)
        if tensor.device.type != "meta" and tensor.untyped_storage().nbytes()
    }


def _tensors(values: Iterable[object]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
