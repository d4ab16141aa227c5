"""Euler's method, plain and with fresh noise, and DDIM, which is the same thing by another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.noise import NoiseSource
from core.sampling.step import Step, ancestral, one_call_steps


def euler(denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource) -> Iterator[Step]:
    """Algorithm 2 of Karras et al. (arXiv 2206.00364) in first order, without churn."""
    return one_call_steps(denoise, latents, sigmas, noise, lambda sigma, sigma_next: (sigma_next, 0.0))


def euler_ancestral(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, eta: float = 1.0
) -> Iterator[Step]:
    """Euler's method that goes too far and adds fresh noise; `eta` 0 is plain Euler."""
    return one_call_steps(denoise, latents, sigmas, noise, lambda sigma, sigma_next: ancestral(sigma, sigma_next, eta))


def ddim(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, eta: float = 0.0
) -> Iterator[Step]:
    """DDIM (Song et al., arXiv 2010.02502, eq. 12 and 16). In terms of sigma its step is the ancestral Euler step."""
    return euler_ancestral(denoise, latents, sigmas, noise, eta=eta)
