"""Going on with less memory: what ran out of it is done once more, after the next lower plan.

Whatever is tried here can be tried again: it is a function of what it is given, and leaves nothing behind. So a step
of a sampler, its latents and its noise never hear that its network had to be asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol, TypeVar

import torch

from core import events
from core.errors import HangaError
from core.events import Event
from core.memory.lodgings import housed
from core.pipeline.cancel import Check
from core.pipeline.exhaustion import is_exhaustion, reclaim
from core.pipeline.networks import Networks
from core.plan import Plan
from core.residency import Residency

Made = TypeVar("Made")

NOTE_ROOM: Final = "note.memory_room"
NOTE_STREAMING: Final = "note.memory_streaming"
NOTE_SPLIT: Final = "note.memory_split"
NOTE_TILED: Final = "note.decoded_tiled"
NOTE_PROCESSOR: Final = "note.memory_processor"


class Lower(Protocol):
    """The next lower plan for a run whose memory ran out in `stage`, one of `core.events`; None below the lowest."""

    def __call__(self, plan: Plan, stage: str, /) -> Plan | None: ...


class Short:
    """What comes of an attempt for which memory was short."""


@dataclass
class Ladder:
    """The plan that a run follows now, and the way down from it."""

    plan: Plan
    """Another one after each failure, if only in name: what was begun under the old one is not gone on with."""
    networks: Networks
    job: str
    check: Check
    lower: Lower
    _untold: list[Event] = field(default_factory=list)
    _news: bool = True
    """Whether the networks have not heard of the plan yet."""

    def attempts(
        self, stage: str, do: Callable[[Plan], Made], told_of: str | None = None
    ) -> Generator[Event, None, Made]:
        """What `do` makes of the plan, or of the first lower one for which there is memory; yields an event for each
        rung, of the stage `told_of` if that has begun already. The lowest gets a second attempt, with nothing but its
        own networks in memory.

        Raises HangaError memory.exhausted, memory.decode when that fails too; CancelledError between attempts.
        """
        emptied = False
        while isinstance(made := _once(partial(self._try, do)), Short):
            lower = self.lower(self.plan, stage)
            if lower is None and emptied:
                raise self._exhausted(stage)
            emptied = lower is None
            note = self._make_room(lower)
            yield events.StageStarted(job=self.job, stage=told_of or stage, note=note)
            self.check()
        return made

    def attempt(self, stage: str, do: Callable[[Plan], Made]) -> Made:
        """As `attempts`, for callers that have nobody to yield to; `told` has the events."""
        attempts = self.attempts(stage, do)
        while True:
            try:
                self._untold.append(next(attempts))
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]

    def told(self) -> Iterator[Event]:
        """The events of `attempt` that nobody has heard yet."""
        while self._untold:
            yield self._untold.pop(0)

    def _try(self, do: Callable[[Plan], Made]) -> Made:
        if self._news:
            self.networks.follow(self.plan)
            self._news = False
        return do(self.plan)

    def _make_room(self, lower: Plan | None) -> str:
        """The code of what is done without from now on."""
        before, self.plan, self._news = self.plan, lower or replace(self.plan), True
        if lower is None:
            self.networks.release()
        reclaim(torch.device(self.plan.device))
        return note_for(before, self.plan)

    def _exhausted(self, stage: str) -> HangaError:
        return HangaError("memory.decode") if stage == events.DECODE else exhausted(self.plan)


def exhausted(plan: Plan) -> HangaError:
    return HangaError("memory.exhausted", device=plan.device)


def note_for(before: Plan, after: Plan) -> str:
    """Code of the sentence that tells an artist what the lower plan does without; the gravest of several."""
    old, new = housed(before).residency, housed(after).residency
    if _devices(old) != _devices(new):
        return NOTE_PROCESSOR
    if old.tile != new.tile:
        return NOTE_TILED
    if old.split_guidance != new.split_guidance:
        return NOTE_SPLIT
    return NOTE_ROOM if _places(old) == _places(new) else NOTE_STREAMING


def _devices(residency: Residency) -> list[str]:
    return [one.device for one in residency.lodgings]


def _places(residency: Residency) -> list[tuple[str, int]]:
    return [(one.place, one.resident_bytes) for one in residency.lodgings]


def _once(do: Callable[[], Made]) -> Made | Short:
    """The error and all that its traceback holds are gone on return: the next attempt needs the room."""
    try:
        return do()
    except (RuntimeError, MemoryError) as error:
        if not is_exhaustion(error):
            raise
    return Short()
