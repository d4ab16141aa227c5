"""The noise of a run: every picture draws its own, so that it depends on nothing but its seed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.sampling.brownian import BrownianPath
from core.sampling.seeds import generator


class NoiseSource:
    """Standard normal noise for a batch of pictures, float32 on the processor, one picture per seed.

    `stream` names the stage: a stage that can be run again alone draws the same noise as it did after the others.
    """

    def __init__(self, seeds: Sequence[int], shape: tuple[int, int, int], stream: str = "base") -> None:
        self._seeds = tuple(seeds)
        self._shape = shape
        self._draws = [generator(seed, f"{stream}/draws") for seed in seeds]
        self._paths = [BrownianPath(seed, stream, shape) for seed in seeds]

    def start(self) -> Tensor:
        """The start noise [B,4,h,w]: `torch.randn(4, h, w)` from a generator seeded with the picture's seed."""
        return torch.stack([torch.randn(self._shape, generator=generator(seed)) for seed in self._seeds])

    def draw(self) -> Tensor:
        """The next noise [B,4,h,w] of every picture's own stream."""
        return torch.stack([torch.randn(self._shape, generator=draws) for draws in self._draws])

    def between(self, sigma: float, sigma_next: float) -> Tensor:
        """The noise [B,4,h,w] that every picture's Brownian path has between two positive levels.

        The same for the same two levels, independent for levels apart, related for levels that overlap.
        """
        return torch.stack([path.between(sigma, sigma_next) for path in self._paths])
