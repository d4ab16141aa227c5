"""Layers that fetch their weights at the moment of use: the one seam for casting and moving.

A weight may lie in another type or on another device than the activation (a half-precision file used in place on a
processor, a block waiting in host memory), and an adapter may have changes to it. Everything else in `core.models`
computes as if weights were always at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

from torch import Tensor, nn
from torch.nn import functional as F

from core.models import weights_first, winograd

Patch = Callable[[Tensor], Tensor]
"""Makes another weight from a layer's own, which it leaves as it is."""


def fetch(weight: Tensor, like: Tensor) -> Tensor:
    """`weight` where and as `like` is; itself when it already is."""
    return weight.to(device=like.device, dtype=like.dtype)


def fetch_optional(bias: Tensor | None, like: Tensor) -> Tensor | None:
    return None if bias is None else fetch(bias, like)


def fetch_patched(weight: Tensor, patch: Patch | None, like: Tensor) -> Tensor:
    fetched = fetch(weight, like)
    return fetched if patch is None else patch(fetched)


class Affine(NamedTuple):
    """What a linear layer does, at hand: `weight` [O, I], `bias` [O]."""

    weight: Tensor
    bias: Tensor | None

    def rows(self, start: int, end: int) -> Affine:
        """Some of the outputs."""
        return Affine(self.weight[start:end], None if self.bias is None else self.bias[start:end])


class Linear(nn.Linear):
    patch: Patch | None = None
    """Put here, and taken away again, from outside."""

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, *self.affine(input))

    def affine(self, like: Tensor) -> Affine:
        """As it is now, where and as `like` is."""
        return Affine(fetch_patched(self.weight, self.patch, like), fetch_optional(self.bias, like))


class Conv2d(nn.Conv2d):
    patch: Patch | None = None
    """Put here, and taken away again, from outside."""

    def forward(self, input: Tensor) -> Tensor:
        weight, bias = fetch_patched(self.weight, self.patch, input), fetch_optional(self.bias, input)
        if self.is_plain and winograd.suits(input, weight):
            return winograd.convolve(input, weight, bias)
        if self.is_plain and weights_first.suits(input, input[:, 0].numel(), weight):
            return weights_first.convolve(input, weight, bias)
        return cast(Tensor, self._conv_forward(input, weight, bias))

    @property
    def is_plain(self) -> bool:
        """Whether it has 3 × 3 weights, looks at every cell and keeps the size."""
        return (self.kernel_size, self.stride, self.padding) == ((3, 3), (1, 1), (1, 1))


class GroupNorm(nn.GroupNorm):
    def forward(self, input: Tensor) -> Tensor:
        weight, bias = fetch(self.weight, input), fetch(self.bias, input)
        return F.group_norm(input, self.num_groups, weight, bias, self.eps)


class LayerNorm(nn.LayerNorm):
    def forward(self, input: Tensor) -> Tensor:
        weight, bias = fetch(self.weight, input), fetch(self.bias, input)
        return F.layer_norm(input, self.normalized_shape, weight, bias, self.eps)
