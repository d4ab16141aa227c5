"""The first stage: pixels to latents and back (sections 2.4 and 6.1 of the published system; keys of the single files).

Pixels are RGB in [-1, 1]; latents here are unscaled posterior samples. Multiply by `config.scale` for the UNet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.architecture import VAEConfig
from core.models.ops import Conv2d, GroupNorm
from core.models.upsample import Upsample

EPS = 1e-6
LOGVAR_RANGE = (-30.0, 20.0)
MOST_SCORES = 1 << 26
"""How many cells of cells are looked at at once, where a device keeps what all say of all: this head is wider than what
the fast kernels of some devices take."""


def normalise(channels: int, groups: int) -> GroupNorm:
    return GroupNorm(groups, channels, eps=EPS)


class ResBlock(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, groups: int) -> None:
        super().__init__()
        self.norm1 = normalise(channels_in, groups)
        self.conv1 = Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm2 = normalise(channels_out, groups)
        self.conv2 = Conv2d(channels_out, channels_out, 3, padding=1)
        if channels_in != channels_out:
            self.nin_shortcut = Conv2d(channels_in, channels_out, 1)
        self.changes_width = channels_in != channels_out

    def forward(self, x: Tensor) -> Tensor:
        # At the finest level each tensor is a quarter of a gigabyte or a half, so none lives on without need.
        h = self.conv1(F.silu(self.norm1(x), inplace=True))
        h = F.silu(self.norm2(h), inplace=True)
        h = self.conv2(h)
        h += self.nin_shortcut(x) if self.changes_width else x
        return cast(Tensor, h)


class Attention(nn.Module):
    """Self-attention over all cells, one head as wide as the channels."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.norm = normalise(channels, groups)
        self.q = Conv2d(channels, channels, 1)
        self.k = Conv2d(channels, channels, 1)
        self.v = Conv2d(channels, channels, 1)
        self.proj_out = Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        q, k, v = (project(h).flatten(2).transpose(1, 2)[:, None] for project in (self.q, self.k, self.v))
        rows = max(1, MOST_SCORES // (len(x) * k.shape[2]))
        h = torch.cat([F.scaled_dot_product_attention(some, k, v)[:, 0] for some in q.split(rows, dim=2)], dim=1)
        return x + cast(Tensor, self.proj_out(h.transpose(1, 2).reshape(x.shape)))


class Middle(nn.Module):
    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.block_1 = ResBlock(channels, channels, groups)
        self.attn_1 = Attention(channels, groups)
        self.block_2 = ResBlock(channels, channels, groups)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.block_2(self.attn_1(self.block_1(x))))


class Downsample(nn.Module):
    """Halves both sides. The published encoder pads right and bottom only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.conv(F.pad(x, (0, 1, 0, 1))))


class Level(nn.Module):
    """The residual blocks of one resolution, and the change to the next (`resample`, absent at the last)."""

    def __init__(self, widths: Sequence[int], groups: int, **resample: nn.Module) -> None:
        """`widths` of the first block's input and of every block's output; `resample` under its published name."""
        super().__init__()
        self.block = nn.ModuleList(ResBlock(before, after, groups) for before, after in pairwise(widths))
        for name, module in resample.items():
            self.add_module(name, module)
        self.resample_names = tuple(resample)

    def layers(self) -> Iterator[nn.Module]:
        yield from self.block
        yield from (self.get_submodule(name) for name in self.resample_names)


def _layers(levels: Iterable[nn.Module]) -> Iterator[nn.Module]:
    """Of all levels in order. Whoever goes through them lets go of what each was given as soon as it has computed."""
    return chain.from_iterable(cast(Level, level).layers() for level in levels)


class Encoder(nn.Module):
    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        widths = [config.channels] + [config.channels * mult for mult in config.channel_mult]
        last = len(config.channel_mult) - 1
        self.conv_in = Conv2d(3, config.channels, 3, padding=1)
        self.down = nn.ModuleList()
        for level, (before, after) in enumerate(pairwise(widths)):
            resample = {"downsample": Downsample(after)} if level < last else {}
            self.down.append(Level([before] + [after] * config.res_blocks, config.groups, **resample))
        self.mid = Middle(widths[-1], config.groups)
        self.norm_out = normalise(widths[-1], config.groups)
        self.conv_out = Conv2d(widths[-1], 2 * config.latent_channels, 3, padding=1)

    def forward(self, pixels: Tensor) -> Tensor:
        h = self.conv_in(pixels)
        for layer in _layers(self.down):
            h = layer(h)
        h = self.mid(h)
        return cast(Tensor, self.conv_out(F.silu(self.norm_out(h), inplace=True)))


class Decoder(nn.Module):
    """Level 0 is the finest: they run from last to first, as the published names count them."""

    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        widths = [config.channels * mult for mult in config.channel_mult]
        before = [*widths[1:], widths[-1]]
        self.conv_in = Conv2d(config.latent_channels, widths[-1], 3, padding=1)
        self.mid = Middle(widths[-1], config.groups)
        self.up = nn.ModuleList()
        for level, width in enumerate(widths):
            resample = {"upsample": Upsample(width)} if level else {}
            self.up.append(Level([before[level]] + [width] * (config.res_blocks + 1), config.groups, **resample))
        self.norm_out = normalise(widths[0], config.groups)
        self.conv_out = Conv2d(widths[0], 3, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        h = self.mid(self.conv_in(latents))
        for layer in _layers(reversed(self.up)):
            h = layer(h)
        return cast(Tensor, self.conv_out(F.silu(self.norm_out(h), inplace=True)))


class VAE(nn.Module):
    """Weights are named as below `first_stage_model.` in a published file."""

    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.latent_channels
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.quant_conv = Conv2d(2 * channels, 2 * channels, 1)
        self.post_quant_conv = Conv2d(channels, channels, 1)

    def encode(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the posterior, each [B, 4, H/8, W/8], from pixels [B, 3, H, W] in [-1, 1]."""
        mean, logvar = self.quant_conv(self.encoder(pixels)).chunk(2, dim=1)
        return mean, torch.clamp(logvar, *LOGVAR_RANGE)

    def decode(self, latents: Tensor) -> Tensor:
        """Pixels [B, 3, 8h, 8w], about [-1, 1], from unscaled latents [B, 4, h, w]."""
        return cast(Tensor, self.decoder(self.post_quant_conv(latents)))
