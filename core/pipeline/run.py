"""The whole story: run(plan) → events. Whoever pulls decides; to stop pulling is to stop the run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import VERSION, events
from core.errors import HangaError
from core.events import Event
from core.machine import CPU
from core.memory.lowering import lowered
from core.models.exactness import compute_exactly
from core.pipeline import denoise, prompts
from core.pipeline.cancel import CancelledError, check_for
from core.pipeline.decode import decode
from core.pipeline.evaluation import Evaluation
from core.pipeline.exhaustion import is_exhaustion, is_loss
from core.pipeline.ladder import Ladder, Lower, exhausted
from core.pipeline.networks import Networks
from core.pipeline.preview import Preview, preview
from core.pipeline.walk import Walk
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
    lower: Lower = lowered,
    *,
    previews: bool = True,
) -> Iterator[Event]:
    """Make the pictures of `plan`, but for those whose indices are `done`. With `resume`, what an earlier attempt kept
    is gone on from. Without `previews`, none are made. Where memory runs out, `lower` says how to go on. Ends with
    exactly one of Finished, Cancelled, Failed; never raises HangaError."""
    compute_exactly()
    ladder = Ladder(plan, networks or Networks(), job, check_for(cancelled), lower)
    story = Story(plan, keeper, ladder, job, parent, done, resume, previews)
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
        trouble = _trouble(error, plan)
        if trouble is None:
            raise
        yield events.Failed(job=job, code=trouble.code, data=trouble.data)
    else:
        yield events.Finished(job=job, seconds=time.monotonic() - started)


def _trouble(error: RuntimeError | MemoryError, plan: Plan) -> HangaError | None:
    """What an artist has to know of it; None where it is a mistake of ours. A processor cannot be lost."""
    if is_exhaustion(error):
        return exhausted(plan)
    if isinstance(error, RuntimeError) and plan.device != CPU and is_loss(error):
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        return HangaError("engine.device_lost", device=plan.device, reason=reason)
    return None


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
    """As it was made: that is what records tell. What is followed is the ladder's."""
    keeper: Keeper
    ladder: Ladder
    job: str
    parent: str | None
    done: Collection[int]
    resume: bool
    previews: bool
    conditioning: dict[str, prompts.Conditioning] = field(default_factory=dict)
    """By role: the prompts are the same for all pictures, so each network's are encoded once."""

    @property
    def steps(self) -> int:
        return sum(denoise.step_count(self.plan, stage) for stage in self.plan.stages)

    def tell(self) -> Iterator[Event]:
        indices = [index for index in range(len(self.plan.seeds)) if index not in self.done]
        groups = [[index] for index in indices] if self.plan.keep_resident else [indices]
        for group in groups:
            pictures = [self.ladder.attempt(events.LOAD, partial(self._begin, index)) for index in group]
            yield from self.ladder.told()
            for stage in self.plan.stages:
                waiting = [picture for picture in pictures if stage.role not in picture.past]
                if waiting:
                    yield from self._stage(stage, waiting)
            for picture in pictures:
                yield from self._finish(picture)

    def _begin(self, index: int, plan: Plan) -> Picture:
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
        loading = events.LOAD if stage.role == BASE else events.SWAP
        conditioning = yield from self._prompts(stage, loading)
        yield from self.ladder.attempts(loading, partial(self._loaded, stage), told_of=events.ENCODE)
        name = events.BASE if stage.role == BASE else events.REFINER
        yield self._stage_started(name)
        following = self._following(name, stage)
        for picture in group:
            evaluate = Evaluation(self.ladder, stage, conditioning, following if picture is group[-1] else None)
            walk = Walk(partial(denoise.steps, stage, picture.seed, picture.latents, evaluate))
            yield from self._steps(name, stage, picture, walk)
            if stage.role == BASE and self.plan.stages[-1].role == REFINER:
                yield from self._keep(name, picture, HANDOFF)

    def _following(self, name: str, stage: Stage) -> Stage | None:
        """Whose network may be read ahead while that of `stage` computes."""
        later = self.plan.stages[self.plan.stages.index(stage) + 1 :]
        if later:
            self.ladder.attempt(name, partial(self.ladder.networks.ahead, later[0]))
        return next(iter(later), None)

    def _prompts(self, stage: Stage, loading: str) -> Generator[Event, None, prompts.Conditioning]:
        yield self._stage_started(loading)
        if stage.role not in self.conditioning:
            yield from self.ladder.attempts(loading, partial(self._towers, stage))
            self.ladder.attempt(loading, partial(self.ladder.networks.ahead, stage))
            yield self._stage_started(events.ENCODE)
            self.conditioning[stage.role] = yield from self.ladder.attempts(
                events.ENCODE, partial(self._encoded, stage)
            )
        else:
            yield self._stage_started(events.ENCODE)
        return self.conditioning[stage.role]

    def _towers(self, stage: Stage, plan: Plan) -> None:
        self.ladder.networks.towers(stage, plan, self.ladder.check)

    def _encoded(self, stage: Stage, plan: Plan) -> prompts.Conditioning:
        towers = self.ladder.networks.towers(stage, plan, self.ladder.check)
        return prompts.encode(towers, plan.request, stage)

    def _loaded(self, stage: Stage, plan: Plan) -> None:
        self.ladder.networks.unet(stage, plan, self.ladder.check)

    def _steps(self, name: str, stage: Stage, picture: Picture, walk: Walk) -> Iterator[Event]:
        first = self.plan.stages[0]
        done = 0 if stage is first else denoise.step_count(self.plan, first)
        started = time.monotonic()
        while (step := (yield from self.ladder.attempts(name, walk.step))) is not None:
            yield from self.ladder.told()
            number = done + step.index + 1
            small = yield from self.ladder.attempts(name, partial(self._looked_at, stage, step, number))
            picture.latents = step.latents
            yield self._stepped(name, step, number, time.monotonic() - started)
            if small is not None:
                yield self._previewed(picture, small, number)
            self.ladder.check()
            started = time.monotonic()

    def _looked_at(self, stage: Stage, step: Step, number: int, plan: Plan) -> Preview | None:
        """What there is to see after a step, if anybody looks. Raises HangaError engine.not_finite."""
        if not torch.isfinite(step.latents).all():
            raise HangaError("engine.not_finite", stage=stage.role, step=number)
        return preview(step.denoised[0], plan.first_stage.latent_rgb) if self.previews else None

    def _finish(self, picture: Picture) -> Iterator[Event]:
        """From the last latents to the file. They are kept first, so that nothing after costs more than a retry."""
        yield from self._keep(events.DECODE, picture, FINAL)
        yield self._stage_started(events.DECODE)
        pixels = yield from decode(picture.latents, self.ladder)
        yield self._stage_started(events.SAVE)
        path = yield from self.ladder.attempts(events.SAVE, lambda _: self.keeper.keep_picture(pixels, picture.record))
        yield self._saved(picture, path)

    def _keep(self, stage: str, picture: Picture, kind: str) -> Iterator[Event]:
        path = yield from self.ladder.attempts(stage, partial(self._kept, picture, kind))
        record = picture.record
        yield events.LatentKept(job=self.job, index=record.index, seed=record.seed, kind=kind, path=str(path))

    def _kept(self, picture: Picture, kind: str, plan: Plan) -> Path:
        picture.kept[kind] = picture.latents[0].float().cpu().numpy()
        return self.keeper.keep_latents(picture.record, picture.kept)

    def _saved(self, picture: Picture, path: Path) -> Event:
        record, plan = picture.record, self.plan
        return events.Saved(
            job=self.job, index=record.index, seed=record.seed, path=str(path), width=plan.width, height=plan.height
        )

    def _stage_started(self, stage: str, note: str = "") -> Event:
        return events.StageStarted(job=self.job, stage=stage, note=note)

    def _stepped(self, name: str, step: Step, number: int, seconds: float) -> Event:
        return events.Stepped(
            job=self.job, stage=name, step=number, steps=self.steps, sigma=step.sigma_next, seconds=seconds
        )

    def _previewed(self, picture: Picture, small: Preview, number: int) -> Event:
        record = picture.record
        return events.Previewed(
            job=self.job,
            index=record.index,
            seed=record.seed,
            step=number,
            width=small.width,
            height=small.height,
            pixels=small.pixels,
        )
