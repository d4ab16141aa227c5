"""A Brownian path over noise levels: the same path whatever levels a schedule visits, in whatever order."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

from core.sampling.seeds import generator

LOWEST: Final = -8.0
HIGHEST: Final = 10.0
"""The path's clock is log sigma; these bounds hold every sigma from 0.0004 to 22000."""

DEPTH: Final = 16
"""Halvings before the path counts as straight: pieces of 0.0003, where a run of 100 steps takes steps of 0.06."""

_KEPT: Final = 3


class BrownianPath:
    """A virtual Brownian tree (Li et al., arXiv 2001.01328): nothing is stored, every midpoint has its own seed.

    Its clock is log sigma, in which the steps of any schedule are of comparable length.
    """

    def __init__(self, seed: int, stream: str, shape: tuple[int, ...]) -> None:
        self._seed = seed
        self._stream = stream
        self._shape = shape
        self._known: dict[float, Tensor] = {}

    def between(self, sigma: float, sigma_next: float) -> Tensor:
        """The path's increment from one positive level to another, divided by its standard deviation; float32, CPU."""
        length = abs(math.log(sigma_next) - math.log(sigma))
        return (self.at(sigma_next) - self.at(sigma)) / math.sqrt(length)

    def at(self, sigma: float) -> Tensor:
        """The path at one positive level; neighbouring steps ask for the same level, so the last few are kept."""
        if sigma not in self._known:
            self._known[sigma] = self._descend(math.log(sigma))
            while len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
        return self._known[sigma]

    def _descend(self, clock: float) -> Tensor:
        low, high = LOWEST, HIGHEST
        at_low = torch.zeros(self._shape)
        at_high = self._normal(0) * math.sqrt(high - low)
        node = 1
        for _ in range(DEPTH):
            middle = (low + high) / 2
            at_middle = self._normal(node).mul_(math.sqrt(high - low)).add_(at_low).add_(at_high).div_(2)
            if clock < middle:
                high, at_high, node = middle, at_middle, 2 * node
            else:
                low, at_low, node = middle, at_middle, 2 * node + 1
        return at_low + (at_high - at_low) * ((clock - low) / (high - low))

    def _normal(self, node: int) -> Tensor:
        return torch.randn(self._shape, generator=generator(self._seed, f"{self._stream}/path/{node}"))
