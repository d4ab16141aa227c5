"""What listeners of the engine hear: the events of running jobs, and these about everything around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.errors import Datum
from core.events import Event
from core.jobs.job import Job

STARTING = "starting"
READY = "ready"
RESTARTING = "restarting"
WAITING_FOR_DISK = "waiting for disk"
CLOSED = "closed"
"""READY: the backend has said what machine it is on, or more is known of models, so that plans may be others.
RESTARTING: its worker died, and another one is on its way."""


@dataclass(frozen=True, kw_only=True)
class JobChanged:
    """A job was added, begun, ended, set aside, or is asked to stop (`stopping`, until its ending comes)."""

    job: Job
    stopping: bool = False


@dataclass(frozen=True, kw_only=True)
class QueueChanged:
    """Order or pause changed, or jobs went or came back: read the queue again."""


@dataclass(frozen=True, kw_only=True)
class PicturesChanged:
    """The library has other pictures than before, or knows other things of them. Empty: any of them."""

    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ModelRead:
    """A model file that is not known yet is being read, which takes a while: the share of it that is."""

    name: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Adopting:
    """Files that are new in the folder of pictures are being read, as at a start: `done` of `count`."""

    done: int
    count: int


@dataclass(frozen=True, kw_only=True)
class EngineChanged:
    """The engine as a whole: its state, and the code and data of what is in the way, if something is."""

    state: str
    code: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)


Notice = Event | JobChanged | QueueChanged | PicturesChanged | Adopting | ModelRead | EngineChanged
Listener = Callable[[Notice], None]
"""Called from the engine's thread or from that of whoever changed something; must return soon."""
