"""Classifier-free guidance: away from what the unconditional pass sees, towards the prompt.

How the two predictions are made (one batch of both, or one after the other) is the caller's affair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from core.sampling.denoiser import Network


@dataclass(frozen=True)
class Guidance:
    """How strongly to guide, and at which noise levels: `above` < sigma <= `up_to`.

    Elsewhere only the conditional pass runs.
    """

    scale: float
    rescale: float = 0.0
    above: float = 0.0
    up_to: float = math.inf

    def acts_at(self, sigma: float) -> bool:
        """Whether the unconditional pass is needed; at scale 1 it would cancel out."""
        return self.scale != 1.0 and self.above < sigma <= self.up_to


class BothSides(Protocol):
    """Like a Network, but returns the conditional and the unconditional output."""

    def __call__(self, scaled: Tensor, time: float, sigma: float, /) -> tuple[Tensor, Tensor]: ...


def guided(conditional: Network, both: BothSides, guidance: Guidance) -> Network:
    """`both` where guidance acts (an interval, Kynkäänniemi et al., arXiv 2404.07724), and `conditional` elsewhere."""

    def network(scaled: Tensor, time: float, sigma: float) -> Tensor:
        if not guidance.acts_at(sigma):
            return conditional(scaled, time, sigma)
        return guide(*both(scaled, time, sigma), guidance.scale, guidance.rescale)

    return network


def guide(conditional: Tensor, unconditional: Tensor, scale: float, rescale: float = 0.0) -> Tensor:
    """u + scale·(c − u), then `rescale` (0 to 1) of the way towards the contrast of c (Lin et al., arXiv 2305.08891).

    Works on the network's own outputs: guiding them or the x0 they stand for is the same, but the standard
    deviation is not, and published rescale values for noise- and v-predicting networks were chosen on the raw output.
    """
    result = unconditional + (conditional - unconditional) * scale
    if rescale == 0.0:
        return result
    matched = result * (_contrast(conditional) / _contrast(result))
    return matched * rescale + result * (1.0 - rescale)


def _contrast(output: Tensor) -> Tensor:
    """Standard deviation of each picture, shaped [B,1,1,1]."""
    return output.std(dim=tuple(range(1, output.ndim)), keepdim=True)
