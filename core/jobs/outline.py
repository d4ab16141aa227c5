"""What a run will do, act by act, as its plan foretells it: what progress is measured along."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from core import events
from core.jobs.timings import Kind
from core.memory.flops import cells_of, decoder_flops, step_flops
from core.plan import BASE, Plan, Stage
from core.request import EXACT
from core.residency import TOWERS, UNET
from core.sampling.catalogue import calls_per_step

WHOLE: Final = (0.0, 1.0)
"""The guidance interval of a run that is guided from its beginning to its end."""


@dataclass(frozen=True)
class Act:
    """Something of one kind, for the picture at `index`. `work` is that of one of its `steps`, or of all where there
    are none to be counted: bytes of weights where these are read, operations where networks compute, else pixels."""

    kind: Kind
    index: int
    work: float
    steps: int = 0
    even: bool = True
    """Whether each of the `steps` takes as long as the others."""

    @property
    def stage(self) -> str:
        return self.kind.stage


@dataclass(frozen=True)
class Outline:
    """The acts of `plan`. `warm` is what an earlier one left in memory."""

    plan: Plan
    warm: Collection[str] = ()

    def acts(self, done: Collection[int] = ()) -> list[Act]:
        """In order, without pictures that are `done`; what takes no time worth mentioning is left out."""
        indices = [index for index in range(len(self.plan.seeds)) if index not in done]
        groups = [[index] for index in indices] if self.plan.keep_resident else [indices]
        return [act for number, group in enumerate(groups) if group for act in self._group(group, number == 0)]

    @property
    def left_in_memory(self) -> frozenset[str]:
        """What networks stay when the run is through, by the contents of their files."""
        stages = self.plan.stages if self.plan.keep_resident else ()
        return frozenset(one for stage in stages for one in self._networks(stage))

    def _networks(self, stage: Stage) -> set[str]:
        """Towers by the content of their file alone: only the weights of UNets may lie in more ways than one."""
        return {stage.text.sha256, f"{stage.model.sha256} {self.plan.request.weights}"}

    def _group(self, group: list[int], first: bool) -> Iterator[Act]:
        """As the pipeline goes: each network's share of all pictures, then each picture's end. Networks that stay and
        prompts are ready once the first group is through."""
        for stage in self.plan.stages:
            if first:
                yield from self._preparation(stage, group[0])
            yield from (self._steps(stage, index) for index in group)
        for index in group:
            yield self._decoding(index)
            yield Act(self._kind(events.SAVE, "", ""), index, float(self.plan.width * self.plan.height))

    def _preparation(self, stage: Stage, index: int) -> Iterator[Act]:
        cold = not self.plan.keep_resident or not self._networks(stage) <= set(self.warm)
        if cold:
            name = events.LOAD if stage.role == BASE else events.SWAP
            kind = self._kind(name, stage.text.sha256, self.plan.dtype, cold=True)
            yield Act(kind, index, self._weights(stage, TOWERS))
        work = self._weights(stage, UNET) if cold else 1.0
        yield Act(self._kind(events.ENCODE, stage.model.sha256, self._unet_type, cold=cold), index, work)

    def _steps(self, stage: Stage, index: int) -> Act:
        plan = self.plan
        name = events.BASE if stage.role == BASE else events.REFINER
        sides = 1 if plan.guidance_scale == 1 else 2
        patched = "patched" if plan.adapters and not plan.keep_patched else ""
        detail = "/".join((plan.sampler, str(sides), patched, *_shortcuts(plan)))
        kind = self._kind(name, stage.model.sha256, self._unet_type, detail)
        calls = calls_per_step(plan.sampler, stage.sigmas)
        even = plan.request.step_cache == 1 and plan.guidance_interval == WHOLE
        return Act(kind, index, float(step_flops(plan, stage)), len(calls), even)

    @property
    def _unet_type(self) -> str:
        """In which UNets compute; with how their weights lie, unless that is exactly."""
        plan = self.plan
        return plan.dtype if plan.request.weights == EXACT else f"{plan.dtype}/{plan.request.weights}"

    def _decoding(self, index: int) -> Act:
        plan = self.plan
        kind = self._kind(events.DECODE, plan.first_stage.model.sha256, plan.vae_dtype)
        return Act(kind, index, float(decoder_flops(plan.first_stage.config, *cells_of(plan))))

    def _weights(self, stage: Stage, part: str) -> float:
        """Bytes of a network, where it is known where it lives; else of all that the plan takes."""
        lodging = self.plan.residency.lodging(stage.role, part)
        return float(max(1, self.plan.peak_bytes if lodging is None else lodging.weight_bytes))

    def _kind(self, name: str, model: str, dtype: str, detail: str = "", cold: bool = False) -> Kind:
        return Kind(name, self.plan.device, cold, dtype, model[:16], detail)


def _shortcuts(plan: Plan) -> Iterator[str]:
    """What saves time in a run at some cost; nothing where all of it is exact."""
    request = plan.request
    if request.step_cache > 1:
        yield f"cache {request.step_cache}"
    if request.merge_tokens:
        yield f"merge {request.merge_tokens:g}"
    if plan.guidance_interval != WHOLE and plan.guidance_scale != 1:
        yield "guided {:g}-{:g}".format(*plan.guidance_interval)
