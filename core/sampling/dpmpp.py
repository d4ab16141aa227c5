"""DPM-Solver++ (Lu et al., arXiv 2211.01095): the multistep method, and the ancestral single-step one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.dpmpp_sde import dpmpp_2m_sde
from core.sampling.noise import NoiseSource
from core.sampling.step import Step, ancestral, intervals, noised, toward


def dpmpp_2m(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource) -> Iterator[Step]:
    """Algorithm 2: the estimate is continued along the line through the last two. First order at both ends."""
    return dpmpp_2m_sde(denoise, latents, sigmas, noise, eta=0.0)


def dpmpp_2s_ancestral(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, eta: float = 1.0
) -> Iterator[Step]:
    """Algorithm 1: the estimate at the middle in log sigma carries the way down, then fresh noise goes in."""
    for index, sigma, sigma_next in intervals(sigmas):
        denoised = denoise(latents, sigma)
        down, up = ancestral(sigma, sigma_next, eta)
        estimate, calls = denoised, 1
        if down > 0.0:
            middle = math.sqrt(sigma * down)
            estimate, calls = denoise(toward(latents, denoised, sigma, middle), middle), 2
        latents = toward(latents, estimate, sigma, down)
        if up > 0.0:
            latents = noised(latents, noise.draw(), up)
        yield Step(index, sigma, sigma_next, latents, denoised, calls)
