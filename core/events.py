"""Events: what happened, in order. The pipeline yields them; window, queue and command line read them their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Datum
from core.plain import Plain, to_plain

LOAD = "load"
ENCODE = "encode"
BASE = "base"
SWAP = "swap"
REFINER = "refiner"
DECODE = "decode"
SAVE = "save"
STAGES = (LOAD, ENCODE, BASE, SWAP, REFINER, DECODE, SAVE)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a job."""

    job: str

    @property
    def name(self) -> str:
        return type(self).__name__


@dataclass(frozen=True, kw_only=True)
class Queued(Event):
    position: int


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    seeds: tuple[int, ...]
    width: int
    height: int
    steps: int


@dataclass(frozen=True, kw_only=True)
class StageStarted(Event):
    """A stage of `STAGES` begins. `note` is a code worth showing (a fallback, say), empty when all goes as planned."""

    stage: str
    note: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stepped(Event):
    """One step of the schedule is done: `step` of `steps` over both stages, counted from 1."""

    stage: str
    step: int
    steps: int
    sigma: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Previewed(Event):
    """A small picture of what the latents hold: RGB, 8 bits, rows from the top, one of `width` × `height`."""

    index: int
    seed: int
    step: int
    width: int
    height: int
    pixels: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LatentKept(Event):
    """Latents lie safely on disk. `kind` is "handoff" or "final"."""

    index: int
    seed: int
    kind: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Saved(Event):
    """A picture lies complete under its final name. Announced only then."""

    index: int
    seed: int
    path: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Cancelled(Event):
    pass


@dataclass(frozen=True, kw_only=True)
class Failed(Event):
    """The job ended with an error: its code and data, as in `core.errors`."""

    code: str
    data: Mapping[str, Datum] = field(default_factory=dict)


def event_to_plain(event: Event) -> dict[str, Plain]:
    """The event as one JSON object, its name first. Pixels are left out."""
    members = to_plain(event)
    assert isinstance(members, dict)
    return {"event": event.name, **members}
