"""Restart sampling: where errors have gathered, noise the latents again and come down once more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.heun import heun_step
from core.sampling.noise import NoiseSource
from core.sampling.restarts import restart_path
from core.sampling.step import Step, noised


def restart(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource) -> Iterator[Step]:
    """Algorithm 2 of Xu et al. (arXiv 2306.14878) with Heun's method, along `restart_path`: more steps than sigmas."""
    reached = sigmas[0]
    for index, (sigma, sigma_next) in enumerate(restart_path(sigmas)):
        if sigma > reached:
            latents = noised(latents, noise.draw(), math.sqrt(sigma**2 - reached**2))
        step = heun_step(denoise, latents, index, sigma, sigma_next)
        latents, reached = step.latents, sigma_next
        yield step
