"""Transformer blocks of the UNet: attention over cells, attention over the prompt, and a gated feed-forward."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F

from core.architecture import GROUPS, HEAD_DIM
from core.models.course import Course, KeysAndValues, course_of
from core.models.feed_forward import FeedForward
from core.models.merging import Merging, merging
from core.models.ops import GroupNorm, LayerNorm, Linear

NORM_EPS = 1e-6
"""Of the GroupNorm in front of a transformer; the residual blocks use 1e-5."""


class Attention(nn.Module):
    """Multi-head attention from x [B, N, C] to the prompt of a course, or to x itself."""

    def __init__(self, channels: int, context_dim: int) -> None:
        super().__init__()
        self.to_q = Linear(channels, channels, bias=False)
        self.to_k = Linear(context_dim, channels, bias=False)
        self.to_v = Linear(context_dim, channels, bias=False)
        self.to_out = nn.Sequential(Linear(channels, channels))

    def forward(self, x: Tensor, course: Course | None = None) -> Tensor:
        k, v = self._keys_and_values(x) if course is None else course.once(self, self._keys_and_values)
        attended = F.scaled_dot_product_attention(split_heads(self.to_q(x)), k, v)
        return cast(Tensor, self.to_out(attended.transpose(1, 2).flatten(2)))

    def _keys_and_values(self, source: Tensor) -> KeysAndValues:
        return split_heads(self.to_k(source)), split_heads(self.to_v(source))


def split_heads(x: Tensor) -> Tensor:
    """[B, N, C] to [B, C/64, N, 64]."""
    return cast(Tensor, x.unflatten(-1, (-1, HEAD_DIM))).transpose(1, 2)


class TransformerBlock(nn.Module):
    def __init__(self, channels: int, context_dim: int) -> None:
        super().__init__()
        self.norm1 = LayerNorm(channels)
        self.attn1 = Attention(channels, channels)
        self.norm2 = LayerNorm(channels)
        self.attn2 = Attention(channels, context_dim)
        self.norm3 = LayerNorm(channels)
        self.ff = FeedForward(channels)

    def forward(self, x: Tensor, context: Tensor | Course, merged: Merging | None = None) -> Tensor:
        x = x + self._among_cells(self.norm1(x), merged)
        x = x + self.attn2(self.norm2(x), course_of(context))
        return x + cast(Tensor, self.ff(self.norm3(x)))

    def _among_cells(self, x: Tensor, merged: Merging | None) -> Tensor:
        if merged is None:
            return cast(Tensor, self.attn1(x))
        return merged.apart(self.attn1(merged.together(x)), x.shape[1])


class SpatialTransformer(nn.Module):
    """Cells as tokens: [B, C, h, w] in and out, with the input added back."""

    def __init__(self, channels: int, depth: int, context_dim: int, finest: bool = False) -> None:
        """`finest`: no other transformer of the network sees more cells, so cells may be merged here."""
        super().__init__()
        self.finest = finest
        self.norm = GroupNorm(GROUPS, channels, eps=NORM_EPS)
        self.proj_in = Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList(TransformerBlock(channels, context_dim) for _ in range(depth))
        self.proj_out = Linear(channels, channels)

    def forward(self, x: Tensor, context: Tensor | Course) -> Tensor:
        course = course_of(context)
        tokens = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))
        merges = self.finest and course.merged > 0
        merged = merging(tokens, x.shape[2], x.shape[3], course.merged) if merges else None
        for block in self.transformer_blocks:
            tokens = block(tokens, course, merged)
        return x + cast(Tensor, self.proj_out(tokens)).transpose(1, 2).reshape(x.shape)
