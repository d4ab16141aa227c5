"""A small studio: models in a folder, a plain machine, and a keeper that puts everything into memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import events
from core.errors import HangaError
from core.events import Event
from core.library.models import ModelFolder
from core.machine import Device, Machine
from core.paths import Home
from core.pipeline.networks import Networks
from core.pipeline.run import Keeper, run
from core.plan import Plan
from core.planning.planner import make_plan
from core.planning.refining import Changes, refining_plan
from core.record import ImageRecord
from core.request import Guidance, Request

PROCESSOR = Device(kind="cpu", name="test", memory=8 << 30, bfloat16=False)
MACHINE = Machine(devices=(PROCESSOR,), memory=8 << 30)

Latents = Mapping[str, NDArray[np.float32]]

REQUEST = Request(
    prompt="a red boat, (calm:1.3) sea",
    negative="blurry",
    checkpoint="base.safetensors",
    refiner="refiner.safetensors",
    width=96,
    height=64,
    steps=5,
    schedule="leading",
    guidance=Guidance(scale=5.0),
    seed=7,
)
"""Four steps of the base and one of the refiner."""


@dataclass
class Shelf:
    """Keeps what a run makes where a test can look at it."""

    pictures: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    latents: dict[str, Latents] = field(default_factory=dict)
    records: dict[int, ImageRecord] = field(default_factory=dict)

    def keep_latents(self, record: ImageRecord, latents: Latents) -> Path:
        self.records[record.seed] = record
        self.latents[record.key] = {name: value.copy() for name, value in latents.items()}
        return Path(record.key)

    def keep_picture(self, pixels: NDArray[np.uint8], record: ImageRecord) -> Path:
        self.records[record.seed] = record
        self.pictures[record.seed] = pixels
        return Path(f"{record.seed}.png")

    def kept_latents(self, key: str, name: str) -> NDArray[np.float32]:
        if key not in self.latents or name not in self.latents[key]:
            raise HangaError("file.no_latents", name=key)
        return self.latents[key][name]

    def of(self, seed: int) -> Latents:
        return self.latents[self.records[seed].key]


@dataclass(frozen=True)
class Studio:
    """Models by name, as in an artist's folder, and networks that stay from run to run."""

    home: Home
    networks: Networks = field(default_factory=Networks)

    @property
    def models(self) -> ModelFolder:
        return ModelFolder(self.home)

    def plan(self, request: Request = REQUEST, **changes: object) -> Plan:
        return make_plan(replace(request, **changes), self.models, MACHINE)  # type: ignore[arg-type]

    def again(self, record: ImageRecord, **changes: object) -> Plan:
        return refining_plan(record, Changes(**changes), self.models, MACHINE)  # type: ignore[arg-type]

    def run(
        self,
        plan: Plan,
        keeper: Keeper,
        cancelled: Callable[[], bool] = lambda: False,
        fresh: bool = False,
        done: Collection[int] = (),
        resume: bool = False,
    ) -> list[Event]:
        """All events, to the end; `fresh` with networks read anew from their files."""
        networks = Networks() if fresh else self.networks
        return list(run(plan, keeper, networks, "job", cancelled, done=done, resume=resume))

    def shelf(self, plan: Plan) -> Shelf:
        """What a run that ends well puts on the shelf."""
        shelf = Shelf()
        happened = self.run(plan, shelf)
        assert isinstance(happened[-1], events.Finished), happened[-1]
        return shelf
