"""The one place where a run calls its UNet: a pure function of its inputs, so it can be called again with less."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from core import events
from core.memory.lodgings import device_of
from core.pipeline.courses import Courses
from core.pipeline.ladder import Ladder
from core.pipeline.networks import torch_dtype
from core.pipeline.prompts import Conditioning
from core.plan import BASE, Plan, Stage
from core.residency import UNET


class Evaluate(Protocol):
    """(latents scaled to unit variance [1, 4, h, w], time, sides) → the network's output for the first `sides` of
    (wanted, unwanted), stacked, in float32 on the device of the latents."""

    def __call__(self, scaled: Tensor, time: float, sides: int, /) -> Tensor: ...


@dataclass
class Evaluation:
    """The network of one stage, after whatever plan there is memory for. Asks before each pass whether to stop."""

    ladder: Ladder
    stage: Stage
    conditioning: Conditioning
    following: Stage | None = None
    """What comes after the last pass, if the network of this stage is then done."""
    courses: Courses = field(init=False)

    def __post_init__(self) -> None:
        self.courses = Courses(self.stage, self.ladder.check)

    def __call__(self, scaled: Tensor, time: float, sides: int, /) -> Tensor:
        name = events.BASE if self.stage.role == BASE else events.REFINER
        return self.ladder.attempt(name, partial(self._evaluated, scaled, time, sides))

    def _evaluated(self, scaled: Tensor, time: float, sides: int, plan: Plan) -> Tensor:
        together = slice(0, sides)
        passes = [slice(side, side + 1) for side in range(sides)] if plan.residency.split_guidance else [together]
        outputs = [self._passed(scaled, time, these, plan) for these in passes]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def _passed(self, scaled: Tensor, time: float, sides: slice, plan: Plan) -> Tensor:
        self.ladder.check()
        unet = self.ladder.networks.unet(self.stage, plan, self.ladder.check)
        if self.following is not None and time <= self.stage.timesteps[-1]:
            self.ladder.networks.hand_over(self.stage, self.following, plan)
        device = torch.device(device_of(plan, self.stage.role, UNET))
        given = self.conditioning = self.conditioning.on(device)
        vector = given.vector[sides]
        course = self.courses.course(unet, plan, given.context[sides], sides, time)
        batch = scaled.to(device, torch_dtype(plan.dtype)).expand(len(vector), -1, -1, -1)
        times = torch.full((len(vector),), time, device=device)
        output: Tensor = unet(batch.contiguous(memory_format=torch.channels_last), times, course, vector)
        return output.float().to(scaled.device)
