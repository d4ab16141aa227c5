"""The whole story: run(plan) → events. Whoever pulls decides; to stop pulling is to stop the run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import VERSION, events
from core.errors import HangaError
from core.events import Event
from core.models.vae import VAE
from core.pipeline import denoise, prompts
from core.pipeline.cancel import CancelledError, Check, check_for
from core.pipeline.decode import decode
from core.pipeline.exhaustion import is_exhaustion
from core.pipeline.networks import Networks, torch_dtype
from core.pipeline.preview import preview
from core.plan import BASE, REFINER, Plan, Stage
from core.record import ImageRecord, record_of
from core.sampling.step import Step

logger = logging.getLogger(__name__)

HANDOFF = "handoff"
FINAL = "final"


class Keeper(Protocol):
    """Puts on disk what a run makes; returns where it lies once it lies there safely. Latents are [4, h, w]."""

    def keep_latents(self, record: ImageRecord, latents: Mapping[str, NDArray[np.float32]]) -> Path: ...
    def keep_picture(self, pixels: NDArray[np.uint8], record: ImageRecord) -> Path: ...
    def kept_latents(self, key: str, name: str) -> NDArray[np.float32]: ...


def run(
    plan: Plan,
    keeper: Keeper,
    networks: Networks | None = None,
    job: str = "",
    cancelled: Callable[[], bool] = lambda: False,
    parent: str | None = None,
    done: Collection[int] = (),
    resume: bool = False,
) -> Iterator[Event]:
    """Make the pictures of `plan`, but for those whose indices are `done`. With `resume`, what an earlier attempt kept
    is gone on from. Ends with exactly one of Finished, Cancelled, Failed; never raises HangaError."""
    story = Story(plan, keeper, networks or Networks(), job, check_for(cancelled), parent, done, resume)
    started = time.monotonic()
    yield events.Started(job=job, seeds=plan.seeds, width=plan.width, height=plan.height, steps=story.steps)
    try:
        # Loaded weights need no gradients, so none are computed; a mode set here would leak to whoever pulls.
        yield from story.tell()
    except CancelledError:
        yield events.Cancelled(job=job)
    except HangaError as error:
        yield events.Failed(job=job, code=error.code, data=error.data)
    except (RuntimeError, MemoryError) as error:
        if not is_exhaustion(error):
            raise
        yield events.Failed(job=job, code="memory.exhausted", data={"device": plan.device})
    else:
        yield events.Finished(job=job, seconds=time.monotonic() - started)


@dataclass
class Picture:
    """One picture on its way: its record, its latents [1, 4, h, w] now, and those that are kept."""

    record: ImageRecord
    latents: Tensor
    kept: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    past: frozenset[str] = frozenset()
    """Roles of the stages that it has been through in an earlier attempt."""

    @property
    def seed(self) -> int:
        return self.record.seed


@dataclass
class Story:
    """The run of one plan. With room to keep all networks, each picture is finished before the next is begun; without,
    each network does its share of all pictures before it makes way."""

    plan: Plan
    keeper: Keeper
    networks: Networks
    job: str
    check: Check
    parent: str | None
    done: Collection[int]
    resume: bool
    conditioning: dict[str, prompts.Conditioning] = field(default_factory=dict)
    """By role: the prompts are the same for all pictures, so each network's are encoded once."""

    @property
    def steps(self) -> int:
        return sum(denoise.step_count(self.plan, stage) for stage in self.plan.stages)

    def tell(self) -> Iterator[Event]:
        self.networks.follow(self.plan)
        indices = [index for index in range(len(self.plan.seeds)) if index not in self.done]
        groups = [[index] for index in indices] if self.plan.keep_resident else [indices]
        for group in groups:
            pictures = [self._begin(index) for index in group]
            for stage in self.plan.stages:
                waiting = [picture for picture in pictures if stage.role not in picture.past]
                if waiting:
                    yield from self._stage(stage, waiting)
            for picture in pictures:
                yield from self._finish(picture)

    def _begin(self, index: int) -> Picture:
        created = datetime.now().astimezone().isoformat(timespec="seconds")
        record = record_of(self.plan, index, created, f"Hanga {VERSION}", self.parent, self.job or None)
        return (self._resumed(record) if self.resume else None) or self._begun(record)

    def _resumed(self, record: ImageRecord) -> Picture | None:
        """The picture as far as an earlier attempt brought it; None where that kept nothing that can be read."""
        roles = frozenset(stage.role for stage in self.plan.stages)
        kept: dict[str, NDArray[np.float32]] = {}
        for name, past in ((HANDOFF, roles - {REFINER}), (FINAL, roles)):
            try:
                kept[name] = self.keeper.kept_latents(record.key, name)
            except HangaError as error:
                logger.info("%s of %s are made again: %s", name, record.key, error)
            else:
                furthest = Picture(record, torch.from_numpy(kept[name])[None], kept, past)
        return furthest if kept else None

    def _begun(self, record: ImageRecord) -> Picture:
        start = self.plan.start
        if start.key is None:
            return Picture(record, denoise.start_latents(self.plan, record.seed))
        kept = self.keeper.kept_latents(start.key, start.tensor)
        latents = denoise.renoised(self.plan, record.seed, torch.from_numpy(kept)[None])
        return Picture(record, latents, {HANDOFF: kept} if start.tensor == HANDOFF else {})

    def _stage(self, stage: Stage, group: list[Picture]) -> Iterator[Event]:
        """One network's share of every picture of the group."""
        yield self._stage_started(events.LOAD if stage.role == BASE else events.SWAP)
        if stage.role not in self.conditioning:
            towers = self.networks.towers(stage, self.plan, self.check)
            yield self._stage_started(events.ENCODE)
            self.conditioning[stage.role] = prompts.encode(towers, self.plan.request, stage)
            del towers
        else:
            yield self._stage_started(events.ENCODE)
        unet = self.networks.unet(stage, self.plan, self.check)
        yield self._stage_started(events.BASE if stage.role == BASE else events.REFINER)
        for picture in group:
            yield from self._steps(
                stage,
                picture,
                denoise.steps(
                    self.plan, stage, picture.seed, picture.latents, unet, self.conditioning[stage.role], self.check
                ),
            )
            if stage.role == BASE and self.plan.stages[-1].role == REFINER:
                yield self._keep(picture, HANDOFF)

    def _steps(self, stage: Stage, picture: Picture, steps: Iterator[Step]) -> Iterator[Event]:
        first = self.plan.stages[0]
        done = 0 if stage is first else denoise.step_count(self.plan, first)
        started = time.monotonic()
        for step in steps:
            number = done + step.index + 1
            if not torch.isfinite(step.latents).all():
                raise HangaError("engine.not_finite", stage=stage.role, step=number)
            picture.latents = step.latents
            yield self._stepped(stage, step, number, time.monotonic() - started)
            yield self._previewed(picture, step.denoised, number)
            self.check()
            started = time.monotonic()

    def _finish(self, picture: Picture) -> Iterator[Event]:
        """From the last latents to the file. They are kept first, so that nothing after costs more than a retry."""
        yield self._keep(picture, FINAL)
        yield self._stage_started(events.DECODE)
        for result in decode(picture.latents, self._vae, torch_dtype(self.plan.vae_dtype)):
            if isinstance(result, str):
                yield self._stage_started(events.DECODE, note=result)
            else:
                yield self._stage_started(events.SAVE)
                yield self._saved(picture, self.keeper.keep_picture(result, picture.record))

    def _vae(self, dtype: torch.dtype) -> VAE:
        return self.networks.vae(self.plan, dtype, self.check)

    def _keep(self, picture: Picture, kind: str) -> Event:
        picture.kept[kind] = picture.latents[0].float().cpu().numpy()
        path = self.keeper.keep_latents(picture.record, picture.kept)
        record = picture.record
        return events.LatentKept(job=self.job, index=record.index, seed=record.seed, kind=kind, path=str(path))

    def _saved(self, picture: Picture, path: Path) -> Event:
        record, plan = picture.record, self.plan
        return events.Saved(
            job=self.job, index=record.index, seed=record.seed, path=str(path), width=plan.width, height=plan.height
        )

    def _stage_started(self, stage: str, note: str = "") -> Event:
        return events.StageStarted(job=self.job, stage=stage, note=note)

    def _stepped(self, stage: Stage, step: Step, number: int, seconds: float) -> Event:
        name = events.BASE if stage.role == BASE else events.REFINER
        return events.Stepped(
            job=self.job, stage=name, step=number, steps=self.steps, sigma=step.sigma_next, seconds=seconds
        )

    def _previewed(self, picture: Picture, denoised: Tensor, number: int) -> Event:
        height, width = denoised.shape[2:]
        pixels = preview(denoised[0], self.plan.first_stage.latent_rgb)
        record = picture.record
        return events.Previewed(
            job=self.job, index=record.index, seed=record.seed, step=number, width=width, height=height, pixels=pixels
        )
