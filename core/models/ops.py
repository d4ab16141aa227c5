"""Layers that fetch their weights at the moment of use: the one seam for casting and moving.

A weight may lie in another type or on another device than the activation (a half-precision file used in place on a
processor, a block waiting in host memory, integers with a scale for each output), and an adapter may have changes to
it. Everything else in `core.models` computes as if weights were always at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import weights_first, winograd

Patch = Callable[[Tensor], Tensor]
"""Makes another weight from a layer's own, which it leaves as it is."""

WIDENED: Final = 1 << 17
"""Numbers that a processor widens at once: what it makes of them meanwhile stays in its cache."""


def fetch(weight: Tensor, like: Tensor) -> Tensor:
    """`weight` where and as `like` is; itself when it already is."""
    return weight.to(device=like.device, dtype=like.dtype)


def fetch_optional(bias: Tensor | None, like: Tensor) -> Tensor | None:
    return None if bias is None else fetch(bias, like)


def widened(weight: Tensor, scale: Tensor, like: Tensor) -> Tensor:
    """The integers `weight` [O, …] times `scale` [O], where and as `like` is: multiplied in float32 and rounded once,
    so that scales may be smaller than what `like` can tell from nothing."""
    own, factors = weight.to(like.device), scale.to(like.device)[:, None]
    # In the order in which they lie: convolutions have their channels last.
    own = own.permute(0, 2, 3, 1) if own.ndim == 4 else own
    made = torch.empty(own.shape, dtype=like.dtype, device=like.device)
    step = max(1, WIDENED // own[0].numel()) if like.device.type == "cpu" else len(own)
    rows, places = (them.flatten(1).split(step) for them in (own, made))
    for some, factor, place in zip(rows, factors.split(step), places, strict=True):
        torch.mul(some, factor, out=place)
    return made.permute(0, 3, 1, 2) if made.ndim == 4 else made


class Affine(NamedTuple):
    """What a linear layer does, at hand: `weight` [O, I], `bias` [O]."""

    weight: Tensor
    bias: Tensor | None

    def rows(self, start: int, end: int) -> Affine:
        """Some of the outputs."""
        return Affine(self.weight[start:end], None if self.bias is None else self.bias[start:end])


class Fetching(nn.Module):
    """A layer with a weight [O, …] that may lie in 8 bits, and may be patched."""

    weight: Any
    scale: nn.Parameter | None
    """Of each output [O], if the weight is integers."""
    patch: Patch | None = None
    """Put here, and taken away again, from outside."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.register_parameter("scale", None)

    def lie_in_eight_bits(self) -> None:
        """For a layer that has no memory yet: what comes will be integers."""
        self.weight = nn.Parameter(torch.empty_like(self.weight, dtype=torch.int8), requires_grad=False)
        outputs = torch.empty(len(self.weight), dtype=torch.float32, device=self.weight.device)
        self.scale = nn.Parameter(outputs, requires_grad=False)

    def fetched(self, like: Tensor) -> Tensor:
        """The weight as it is to be used now, where and as `like` is."""
        own = fetch(self.weight, like) if self.scale is None else widened(self.weight, self.scale, like)
        return own if self.patch is None else self.patch(own)


class Linear(Fetching, nn.Linear):
    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, *self.affine(input))

    def affine(self, like: Tensor) -> Affine:
        """As it is now, where and as `like` is."""
        return Affine(self.fetched(like), fetch_optional(self.bias, like))


class Conv2d(Fetching, nn.Conv2d):
    def forward(self, input: Tensor) -> Tensor:
        weight, bias = self.fetched(input), fetch_optional(self.bias, input)
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
