"""The gated feed-forward of a transformer block."""

from __future__ import annotations

from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import weights_first
from core.models.ops import Affine, Linear

PIECE: Final = 1 << 20
"""Most numbers of the hidden layer that are made at once on a processor: they stay in its cache."""
NARROWEST: Final = 320
"""Columns of a piece at least; narrower products are slow."""


class GEGLU(nn.Module):
    """Value times GELU of gate; the first half of the projection is the value."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.proj = Linear(channels, 2 * inner)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, dim=-1)
        return cast(Tensor, value * F.gelu(gate))


class FeedForward(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        # The middle entry stands where the published network has dropout, which is never trained here.
        self.net = nn.Sequential(GEGLU(channels, 4 * channels), nn.Identity(), Linear(4 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        gated, last = cast(GEGLU, self.net[0]), cast(Linear, self.net[2])
        if not weights_first.is_narrow(x, last.weight):
            return cast(Tensor, self.net(x))
        few = weights_first.suits(x, x[..., 0].numel(), last.weight)
        return (_across if few else _in_pieces)(x, gated.proj, last)


def _across(x: Tensor, expanding: Linear, contracting: Linear) -> Tensor:
    """For few tokens, which lie side by side meanwhile."""
    value, gate = weights_first.product(x.flatten(0, -2).t(), *expanding.affine(x)).chunk(2)
    return weights_first.product(value * F.gelu(gate), *contracting.affine(x)).t().contiguous().view(x.shape)


def _in_pieces(x: Tensor, expanding: Linear, contracting: Linear) -> Tensor:
    """For many, whose hidden layer would not stay in the cache."""
    return F.linear(_hidden(x, expanding.affine(x), contracting.in_features), *contracting.affine(x))


def _hidden(x: Tensor, expanding: Affine, inner: int) -> Tensor:
    step = max(NARROWEST, PIECE // x[..., 0].numel())
    hidden = x.new_empty((*x.shape[:-1], inner))
    for start in range(0, inner, step):
        end = min(start + step, inner)
        value, gate = (F.linear(x, *expanding.rows(first + start, first + end)) for first in (0, inner))
        torch.mul(value, F.gelu(gate), out=hidden[..., start:end])
    return hidden
