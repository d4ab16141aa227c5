"""What samplers yield and what they share: one step, and the two moves every one of them is made of.

A sampler is a generator `(denoise, latents, sigmas, noise, **options) -> Iterator[Step]`. It runs from `sigmas[0]` to
`sigmas[-1]`, which need not be 0, and keeps nothing between runs. Whoever pulls may stop at any time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.noise import NoiseSource

Sampler = Callable[..., Iterator["Step"]]


@dataclass(frozen=True, eq=False)
class Step:
    """One step taken: `latents` [B,4,h,w] at `sigma_next`, and the x0 estimate at `sigma` for previews."""

    index: int
    sigma: float
    sigma_next: float
    latents: Tensor
    denoised: Tensor
    calls: int


def intervals(sigmas: Sequence[float]) -> Iterator[tuple[int, float, float]]:
    """(index, sigma, sigma_next) of every step."""
    for index, (sigma, sigma_next) in enumerate(pairwise(sigmas)):
        yield index, sigma, sigma_next


def toward(latents: Tensor, denoised: Tensor, sigma: float, target: float) -> Tensor:
    """Follow a fixed x0 estimate from sigma to target: Euler's step, and exact if the estimate did not change.

    Written as separate operations, because fused ones may round a batch differently from a single picture.
    """
    return denoised + (latents - denoised) * (target / sigma)


def noised(latents: Tensor, noise: Tensor, amount: float) -> Tensor:
    """Add noise of that standard deviation, on the latents' device and in their type."""
    return latents + noise.to(latents) * amount


def ancestral(sigma: float, sigma_next: float, eta: float) -> tuple[float, float]:
    """How far down to go and how much noise to add, so as to arrive at sigma_next (Song et al., arXiv 2010.02502)."""
    up = min(sigma_next, eta * sigma_next * math.sqrt(max(0.0, 1.0 - (sigma_next / sigma) ** 2)))
    return math.sqrt(max(0.0, sigma_next**2 - up**2)), up


def one_call_steps(
    denoise: Denoiser,
    latents: Tensor,
    sigmas: Sequence[float],
    noise: NoiseSource,
    down_and_up: Callable[[float, float], tuple[float, float]],
) -> Iterator[Step]:
    """One denoiser call per step: go down towards the estimate, then up again by fresh noise."""
    for index, sigma, sigma_next in intervals(sigmas):
        denoised = denoise(latents, sigma)
        down, up = down_and_up(sigma, sigma_next)
        latents = toward(latents, denoised, sigma, down)
        if up > 0.0:
            latents = noised(latents, noise.draw(), up)
        yield Step(index, sigma, sigma_next, latents, denoised, calls=1)
