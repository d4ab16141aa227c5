"""Job: an order in the queue, and what has become of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from core.errors import Datum
from core.plan import Plan, Start
from core.request import Request

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
SET_ASIDE: Final = "set aside"
"""It stopped the worker or the program too often in a row; only the artist puts it back."""

FIRST_SEEDS: Final = 2**32
"""Seeds are drawn below this."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A request, from kept latents on if `start` says so. `parent` is the key of the picture it comes from."""

    request: Request
    start: Start | None = None
    parent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """`crashes` and `interruptions` are in a row: since it was ordered, or since a picture of it was safe. `plan` is
    that of the last attempt, None when it is done. `code` and `data` say why it failed or was set aside. Times are
    ISO 8601 in UTC."""

    id: str
    order: Order
    state: str
    crashes: int = 0
    interruptions: int = 0
    retries: int = 0
    """How often the program itself has put it back after a failure that may pass."""
    plan: Plan | None = None
    code: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)
    done: tuple[int, ...] = ()
    """Which of its pictures are safe."""
    created: str
    began: str | None = None
    ended: str | None = None

    @property
    def saved(self) -> int:
        return len(self.done)


def seeded(request: Request) -> Request:
    """With a seed, drawn if the artist gave none: whoever makes its pictures again makes the same ones."""
    return request if request.seed is not None else replace(request, seed=secrets.randbelow(FIRST_SEEDS))
