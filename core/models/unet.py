"""The denoising network of the paper: base, refiner and every relative that its configuration describes.

Blocks lie in flat lists, as published, so that they can be counted, streamed and patched one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import torch
from torch import Tensor, nn

from core.architecture import GROUPS, UNetConfig
from core.embedding import sinusoid
from core.models.attention import SpatialTransformer
from core.models.course import Course, course_of
from core.models.ops import Conv2d, GroupNorm, Linear
from core.models.upsample import Upsample

NORM_EPS = 1e-5


class ResBlock(nn.Module):
    """Two convolutions; the embedding [B, E] of time and vector is added between them."""

    def __init__(self, channels_in: int, channels_out: int, embedding_dim: int) -> None:
        super().__init__()
        norm_in = GroupNorm(GROUPS, channels_in, eps=NORM_EPS)
        norm_out = GroupNorm(GROUPS, channels_out, eps=NORM_EPS)
        self.in_layers = nn.Sequential(norm_in, nn.SiLU(inplace=True), Conv2d(channels_in, channels_out, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), Linear(embedding_dim, channels_out))
        # The third entry stands where the published network has dropout.
        self.out_layers = nn.Sequential(
            norm_out, nn.SiLU(inplace=True), nn.Identity(), Conv2d(channels_out, channels_out, 3, padding=1)
        )
        same = channels_in == channels_out
        self.skip_connection = nn.Identity() if same else Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.in_layers(x)
        h += self.emb_layers(embedding)[:, :, None, None]
        h = self.out_layers(h)
        h += self.skip_connection(x)
        return cast(Tensor, h)


class Downsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.op = Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.op(x))


class Block(nn.Sequential):
    """Layers that run one after the other, each given what its kind asks for."""

    def forward(self, x: Tensor, embedding: Tensor, context: Tensor | Course) -> Tensor:  # type: ignore[override]
        for layer in self:
            if isinstance(layer, ResBlock):
                x = layer(x, embedding)
            elif isinstance(layer, SpatialTransformer):
                x = layer(x, context)
            else:
                x = layer(x)
        return x


class UNet(nn.Module):
    """Weights are named as below `model.diffusion_model.` in a published file."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        width, embedding = config.model_channels, config.embedding_dim
        self.time_embed = nn.Sequential(Linear(width, embedding), nn.SiLU(), Linear(embedding, embedding))
        self.label_emb = nn.Sequential(
            nn.Sequential(Linear(config.vector_dim, embedding), nn.SiLU(), Linear(embedding, embedding))
        )
        self.input_blocks = nn.ModuleList(_input_blocks(config))
        self.middle_block = Block(*_middle_layers(config))
        self.output_blocks = nn.ModuleList(_output_blocks(config))
        norm = GroupNorm(GROUPS, width, eps=NORM_EPS)
        self.out = nn.Sequential(norm, nn.SiLU(inplace=True), Conv2d(width, config.out_channels, 3, padding=1))

    def embed(self, timesteps: Tensor, vector: Tensor) -> Tensor:
        """Embedding [B, E] of the noise level's index [B] and the conditioning vector [B, V]."""
        time = sinusoid(timesteps, self.config.model_channels).to(vector.dtype)
        return cast(Tensor, self.time_embed(time) + self.label_emb(vector))

    def forward(self, latents: Tensor, timesteps: Tensor, context: Tensor | Course, vector: Tensor) -> Tensor:
        """Prediction [B, 4, h, w] from latents [B, C, h, w], timesteps [B], context [B, 77·n, D], vector [B, V].

        Several passes over one prompt may be given it as a course, and take over from each other what that says.
        """
        course, embedding = course_of(context), self.embed(timesteps, vector)
        finest = 1 + self.config.res_blocks
        skips = list(_down(self.input_blocks[:finest], latents, embedding, course))
        h = _up(self.output_blocks[-finest:], self._deep(skips[-1], embedding, course), skips, embedding, course)
        return cast(Tensor, self.out(h))

    def _deep(self, h: Tensor, embedding: Tensor, course: Course) -> Tensor:
        """What the levels below the finest make of it, or made of an earlier pass."""
        if course.reuse and course.deep is not None:
            return course.deep
        finest = 1 + self.config.res_blocks
        skips = list(_down(self.input_blocks[finest:], h, embedding, course))
        middle = self.middle_block(skips[-1] if skips else h, embedding, course)
        made = _up(self.output_blocks[:-finest], middle, skips, embedding, course)
        course.deep = made if course.keeps_deep else None
        return made


def _down(blocks: Iterable[nn.Module], h: Tensor, embedding: Tensor, course: Course) -> Iterator[Tensor]:
    """What every block makes of what the one before made."""
    for block in blocks:
        course.check()
        h = block(h, embedding, course)
        yield h


def _up(blocks: Iterable[nn.Module], h: Tensor, skips: list[Tensor], embedding: Tensor, course: Course) -> Tensor:
    """Through blocks that also look at what was left on the way down, last first; that is gone then."""
    for block in blocks:
        course.check()
        h = block(torch.cat((h, skips.pop()), dim=1), embedding, course)
    return h


def _layers(config: UNetConfig, channels_in: int, channels_out: int, depth: int) -> list[nn.Module]:
    """A residual block, and a transformer after it where the configuration has one."""
    layers: list[nn.Module] = [ResBlock(channels_in, channels_out, config.embedding_dim)]
    if depth:
        finest = channels_out == _finest_attention(config)
        layers.append(SpatialTransformer(channels_out, depth, config.context_dim, finest))
    return layers


def _finest_attention(config: UNetConfig) -> int:
    """Channels of the finest level that has transformers."""
    widths = [mult * config.model_channels for mult in config.channel_mult for _ in range(config.res_blocks)]
    return next((width for width, depth in zip(widths, config.input_depth, strict=True) if depth), 0)


def _input_blocks(config: UNetConfig) -> Iterator[Block]:
    channels = config.model_channels
    depths = iter(config.input_depth)
    yield Block(Conv2d(config.in_channels, channels, 3, padding=1))
    for level, mult in enumerate(config.channel_mult):
        if level:
            yield Block(Downsample(channels))
        for _ in range(config.res_blocks):
            yield Block(*_layers(config, channels, mult * config.model_channels, next(depths)))
            channels = mult * config.model_channels


def _middle_layers(config: UNetConfig) -> list[nn.Module]:
    channels = config.channel_mult[-1] * config.model_channels
    if config.middle_depth is None:
        return []
    layers = _layers(config, channels, channels, config.middle_depth)
    return [*layers, ResBlock(channels, channels, config.embedding_dim)] if config.middle_depth else layers


def _skip_channels(config: UNetConfig) -> list[int]:
    """Channels of every input block's output, in order."""
    skips = [config.model_channels]
    for level, mult in enumerate(config.channel_mult):
        if level:
            skips.append(skips[-1])
        skips += [mult * config.model_channels] * config.res_blocks
    return skips


def _output_blocks(config: UNetConfig) -> Iterator[Block]:
    channels = config.channel_mult[-1] * config.model_channels
    skips, depths = _skip_channels(config), iter(config.output_depth)
    for level, mult in reversed(list(enumerate(config.channel_mult))):
        for index in range(config.res_blocks + 1):
            layers = _layers(config, channels + skips.pop(), mult * config.model_channels, next(depths))
            channels = mult * config.model_channels
            if level and index == config.res_blocks:
                layers.append(Upsample(channels))
            yield Block(*layers)
