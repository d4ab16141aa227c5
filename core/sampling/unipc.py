"""UniPC (Zhao et al., arXiv 2302.04867): a multistep predictor, corrected by the next step's own call."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from core.sampling.denoiser import Denoiser
from core.sampling.noise import NoiseSource
from core.sampling.step import Step, intervals, toward

Estimate = tuple[float, Tensor]
"""A level, and the x0 estimate there."""


def unipc(
    denoise: Denoiser, latents: Tensor, sigmas: Sequence[float], noise: NoiseSource, *, order: int = 3
) -> Iterator[Step]:
    """UniPC-p on x0 estimates with B(h) = e^h − 1. The order rises at the start, and falls towards 0."""
    steps = len(sigmas) - 1
    before, history = latents, list[Estimate]()
    for index, sigma, sigma_next in intervals(sigmas):
        denoised = denoise(latents, sigma)
        if history:
            latents = _move(before, history, sigma, denoised)
        usable = min(order, steps - index) if sigmas[-1] == 0.0 else order
        history = [(sigma, denoised), *history][:usable]
        before, latents = latents, _move(latents, history, sigma_next)
        yield Step(index, sigma, sigma_next, latents, denoised, calls=1)


def _move(latents: Tensor, history: list[Estimate], sigma_next: float, after: Tensor | None = None) -> Tensor:
    """From the newest level of the history to sigma_next, along a curve through its estimates and the one `after`."""
    (sigma, newest), *past = history
    moved = toward(latents, newest, sigma, sigma_next)
    if sigma_next == 0.0:
        return moved
    h = math.log(sigma / sigma_next)
    others = [(math.log(sigma / level) / h, denoised) for level, denoised in past]
    if after is not None:
        others.append((1.0, after))
    for weight, (ratio, denoised) in zip(_weights([ratio for ratio, _ in others], h), others, strict=True):
        moved = moved + (denoised - newest) * (weight / ratio)
    return moved


def _weights(ratios: list[float], h: float) -> list[float]:
    """How much each divided difference counts: eq. 5 of the paper, with its choice of one half for a single one."""
    if len(ratios) <= 1:
        return [-0.5 * math.expm1(-h) for _ in ratios]
    powers = torch.tensor([[ratio**k for ratio in ratios] for k in range(len(ratios))], dtype=torch.float64)
    moments = torch.tensor(_moments(len(ratios), h), dtype=torch.float64)
    weights: list[float] = torch.linalg.solve(powers, moments).tolist()
    return weights


def _moments(count: int, h: float) -> list[float]:
    """What a perfect curve of each power would contribute over the step."""
    phi = -math.expm1(-h) / h
    moments = []
    for k in range(1, count + 1):
        phi = (phi - 1 / math.factorial(k)) / -h
        moments.append(phi * h * math.factorial(k))
    return moments
