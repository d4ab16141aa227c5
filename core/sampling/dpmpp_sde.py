"""DPM-Solver++ for the diffusion SDE (Lu et al., arXiv 2211.01095, section 5): noise goes in as it comes out.

The noise is that of each picture's Brownian path, so runs with other step counts stay related. `eta` 0 adds none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.noise import NoiseSource
from core.sampling.step import Step, ancestral, intervals, noised, toward


def dpmpp_sde(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, eta: float = 1.0
) -> Iterator[Step]:
    """The single-step second-order method: the estimate at the middle in log sigma carries the whole step."""
    for index, sigma, sigma_next in intervals(sigmas):
        denoised = denoise(latents, sigma)
        estimate, calls = denoised, 1
        if sigma_next > 0.0:
            middle = math.sqrt(sigma * sigma_next)
            halfway = _ancestral_move(latents, denoised, sigma, middle, noise, eta)
            estimate, calls = denoise(halfway, middle), 2
        latents = _ancestral_move(latents, estimate, sigma, sigma_next, noise, eta)
        yield Step(index, sigma, sigma_next, latents, denoised, calls)


def dpmpp_2m_sde(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, eta: float = 1.0
) -> Iterator[Step]:
    """The multistep second-order method in its midpoint form. First order at both ends."""
    previous: Tensor | None = None
    sigma_previous = 0.0
    for index, sigma, sigma_next in intervals(sigmas):
        denoised = denoise(latents, sigma)
        estimate = denoised
        if previous is not None and sigma_next > 0.0:
            ratio = math.log(sigma_previous / sigma) / math.log(sigma / sigma_next)
            estimate = denoised + (denoised - previous) / (2 * ratio)
        latents = _sde_move(latents, estimate, sigma, sigma_next, noise, eta)
        previous, sigma_previous = denoised, sigma
        yield Step(index, sigma, sigma_next, latents, denoised, calls=1)


def dpmpp_3m_sde(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, eta: float = 1.0
) -> Iterator[Step]:
    """The multistep third-order method: the last three estimates as a parabola in log sigma, fewer at the start."""
    history: list[tuple[float, Tensor]] = []
    for index, sigma, sigma_next in intervals(sigmas):
        denoised = denoise(latents, sigma)
        history = [(sigma, denoised), *history[:2]]
        latents = _sde_move(latents, denoised, sigma, sigma_next, noise, eta, _curve(history, sigma_next, eta))
        yield Step(index, sigma, sigma_next, latents, denoised, calls=1)


def _ancestral_move(
    latents: Tensor, estimate: Tensor, sigma: float, sigma_next: float, noise: NoiseSource, eta: float
) -> Tensor:
    down, up = ancestral(sigma, sigma_next, eta)
    moved = toward(latents, estimate, sigma, down)
    return noised(moved, noise.between(sigma, sigma_next), up) if up > 0.0 else moved


def _sde_move(
    latents: Tensor,
    estimate: Tensor,
    sigma: float,
    sigma_next: float,
    noise: NoiseSource,
    eta: float,
    curve: Tensor | None = None,
) -> Tensor:
    """Follow the estimate while the noise that was there fades e^(−eta·h) faster, and put as much fresh noise in."""
    kept = (sigma_next / sigma) ** eta
    moved = toward(latents, estimate, sigma, sigma_next * kept)
    if curve is not None:
        moved = moved + curve
    up = sigma_next * math.sqrt(max(0.0, 1.0 - kept**2))
    return noised(moved, noise.between(sigma, sigma_next), up) if up > 0.0 else moved


def _curve(history: list[tuple[float, Tensor]], sigma_next: float, eta: float) -> Tensor | None:
    """What the slope and the bend of the past estimates add to a step that follows the newest one.

    The bend has the weight that every published implementation gives it, half of what its Taylor term would have.
    """
    if sigma_next == 0.0 or len(history) == 1:
        return None
    sigmas = [sigma for sigma, _ in history]
    estimates = [estimate for _, estimate in history]
    h = math.log(sigmas[0] / sigma_next)
    ratios = [math.log(before / after) / h for after, before in pairwise(sigmas)]
    slopes = [(after - before) / ratio for (after, before), ratio in zip(pairwise(estimates), ratios, strict=True)]
    q = (1.0 + eta) * h
    phi_2 = math.expm1(-q) / q + 1.0
    if len(slopes) == 1:
        return slopes[0] * phi_2
    phi_3 = phi_2 / q - 0.5
    bend = (slopes[0] - slopes[1]) / (ratios[0] + ratios[1])
    return (slopes[0] + bend * ratios[0]) * phi_2 - bend * phi_3
