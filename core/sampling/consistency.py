"""Samplers of distilled models, which estimate x0 well enough to start from it again at every step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.noise import NoiseSource
from core.sampling.noise_levels import SDXL_LEVELS, NoiseLevels
from core.sampling.step import Step, one_call_steps


def lcm(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource) -> Iterator[Step]:
    """Latent consistency (Luo et al., arXiv 2310.04378, alg. 3): all the way to x0, then noise it anew.

    The paper's boundary terms, which training needs near time 0, are left out: from time 19 up, where distilled models
    are asked, they are below 1e-5.
    """
    return one_call_steps(denoise, latents, sigmas, noise, lambda sigma, sigma_next: (0.0, sigma_next))


def tcd(
    denoise: Denoiser,
    latents: Tensor,
    sigmas: Sequence[float],
    noise: NoiseSource,
    *,
    eta: float = 0.3,
    levels: NoiseLevels = SDXL_LEVELS,
) -> Iterator[Step]:
    """Trajectory consistency (Zheng et al., arXiv 2402.19159, alg. 4): down to the trained level at (1 − eta) of the
    next time, then up to the next level by fresh noise. `eta` (the paper's gamma) 0 is DDIM.
    """

    def down_and_up(sigma: float, sigma_next: float) -> tuple[float, float]:
        if eta == 0.0:
            return sigma_next, 0.0
        down = min(sigma_next, levels.sigma(math.floor((1.0 - eta) * levels.time(sigma_next))))
        return down, math.sqrt(sigma_next**2 - down**2)

    return one_call_steps(denoise, latents, sigmas, noise, down_and_up)
