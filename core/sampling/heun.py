"""Second-order methods that look at the slope twice per step: at its end (Heun) or at its middle (DPM-2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.noise import NoiseSource
from core.sampling.step import Step, intervals, toward

Move = Callable[[Denoiser, Tensor, Tensor, float, float], Tensor]


def heun(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource) -> Iterator[Step]:
    """Algorithm 1 of Karras et al. (arXiv 2206.00364): the mean of the slopes at both ends."""
    return _steps(denoise, latents, sigmas, _heun_move)


def dpm_2(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource) -> Iterator[Step]:
    """DPM-Solver-2 as in Karras et al. (arXiv 2206.00364, table 2): the slope at the geometric middle."""
    return _steps(denoise, latents, sigmas, _midpoint_move)


def heun_step(denoise: Denoiser, latents: Tensor, index: int, sigma: float, sigma_next: float) -> Step:
    """One step of Heun's method, for samplers that go their own way through the levels."""
    return _step(denoise, latents, index, sigma, sigma_next, _heun_move)


def _heun_move(denoise: Denoiser, latents: Tensor, denoised: Tensor, sigma: float, sigma_next: float) -> Tensor:
    predicted = toward(latents, denoised, sigma, sigma_next)
    slope_after = (predicted - denoise(predicted, sigma_next)) / sigma_next
    slope = ((latents - denoised) / sigma + slope_after) / 2
    return latents + slope * (sigma_next - sigma)


def _midpoint_move(denoise: Denoiser, latents: Tensor, denoised: Tensor, sigma: float, sigma_next: float) -> Tensor:
    middle = math.sqrt(sigma * sigma_next)
    halfway = toward(latents, denoised, sigma, middle)
    slope = (halfway - denoise(halfway, middle)) / middle
    return latents + slope * (sigma_next - sigma)


def _steps(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], move: Move) -> Iterator[Step]:
    for index, sigma, sigma_next in intervals(sigmas):
        step = _step(denoise, latents, index, sigma, sigma_next, move)
        latents = step.latents
        yield step


def _step(denoise: Denoiser, latents: Tensor, index: int, sigma: float, sigma_next: float, move: Move) -> Step:
    """Two denoiser calls, or one for the last step to 0, where the estimate is the answer."""
    denoised = denoise(latents, sigma)
    if sigma_next == 0.0:
        return Step(index, sigma, sigma_next, denoised, denoised, calls=1)
    return Step(index, sigma, sigma_next, move(denoise, latents, denoised, sigma, sigma_next), denoised, calls=2)
