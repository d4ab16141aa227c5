"""Layers that fetch their weights at the moment of use: the one seam for casting and moving.

A weight may lie in another type or on another device than the activation (a half-precision file used in place on a
processor, a block waiting in host memory). Everything else in `core.models` computes as if weights were always at hand.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F


def fetch(weight: Tensor, like: Tensor) -> Tensor:
    """`weight` where and as `like` is; itself when it already is."""
    return weight.to(device=like.device, dtype=like.dtype)


def fetch_optional(bias: Tensor | None, like: Tensor) -> Tensor | None:
    return None if bias is None else fetch(bias, like)


class Linear(nn.Linear):
    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, fetch(self.weight, input), fetch_optional(self.bias, input))


class Conv2d(nn.Conv2d):
    def forward(self, input: Tensor) -> Tensor:
        return cast(Tensor, self._conv_forward(input, fetch(self.weight, input), fetch_optional(self.bias, input)))


class GroupNorm(nn.GroupNorm):
    def forward(self, input: Tensor) -> Tensor:
        weight, bias = fetch(self.weight, input), fetch(self.bias, input)
        return F.group_norm(input, self.num_groups, weight, bias, self.eps)


class LayerNorm(nn.LayerNorm):
    def forward(self, input: Tensor) -> Tensor:
        weight, bias = fetch(self.weight, input), fetch(self.bias, input)
        return F.layer_norm(input, self.normalized_shape, weight, bias, self.eps)
