"""One stage of one picture: a sampler over a guided network."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor

from core.pipeline.evaluation import Evaluate
from core.plan import Plan, Stage
from core.sampling.catalogue import calls_per_step
from core.sampling.denoiser import Denoiser, Prediction, denoiser
from core.sampling.guidance import Guidance, guided
from core.sampling.noise import NoiseSource
from core.sampling.noise_levels import NoiseLevels, levels_for
from core.sampling.samplers import SAMPLERS
from core.sampling.schedules import Schedule, levels_during, schedule, time_of
from core.sampling.step import Step


def start_latents(plan: Plan, seed: int) -> Tensor:
    """Noise at the first level [1, 4, h, w]: the start of a picture whose signal is none."""
    noise = _noise(plan, seed, plan.stages[0]).start()
    return noise * math.sqrt(plan.stages[0].sigmas[0] ** 2 + 1)


def renoised(plan: Plan, seed: int, kept: Tensor) -> Tensor:
    """Kept latents [1, 4, h, w] at the level where the plan begins: as they are, or with the noise that is missing."""
    level, wanted = plan.start.sigma, plan.stages[0].sigmas[0]
    if wanted <= level:
        return kept
    noise = NoiseSource([seed], (kept.shape[1], kept.shape[2], kept.shape[3]), stream="renoise").draw()
    return kept + noise * math.sqrt(wanted**2 - level**2)


def steps(stage: Stage, seed: int, latents: Tensor, evaluate: Evaluate, plan: Plan) -> Iterator[Step]:
    """The steps of `stage`, from `latents` [1, 4, h, w] at its first noise level. Latents stay float32."""
    denoise = _denoiser(plan, stage, evaluate)
    latents = latents.to(torch.device(plan.device), torch.float32)
    return SAMPLERS[plan.sampler](denoise, latents, stage.sigmas, _noise(plan, seed, stage))


def step_count(plan: Plan, stage: Stage) -> int:
    """How many `steps` yields: a sampler that goes back up takes more than there are levels."""
    return len(calls_per_step(plan.sampler, stage.sigmas))


def _noise(plan: Plan, seed: int, stage: Stage) -> NoiseSource:
    return NoiseSource([seed], (4, plan.height // 8, plan.width // 8), stream=stage.role)


def _denoiser(plan: Plan, stage: Stage, evaluate: Evaluate) -> Denoiser:
    def wanted(scaled: Tensor, time: float, sigma: float) -> Tensor:
        return evaluate(scaled, time, 1)

    def both(scaled: Tensor, time: float, sigma: float) -> tuple[Tensor, Tensor]:
        conditional, unconditional = evaluate(scaled, time, 2).chunk(2)
        return conditional, unconditional

    levels = levels_for(plan.zero_terminal_snr)
    network = guided(wanted, both, _guidance(plan, levels))
    return denoiser(
        network, cast(Prediction, stage.prediction), time_of(Schedule(stage.sigmas, stage.timesteps), levels)
    )


def _guidance(plan: Plan, levels: NoiseLevels) -> Guidance:
    """The interval is one of the whole run, also where the plan begins in the middle of it."""
    whole = schedule(plan.schedule, plan.request.steps, levels)
    above, up_to = levels_during(whole.sigmas, *plan.guidance_interval)
    return Guidance(plan.guidance_scale, plan.guidance_rescale, above, up_to)
