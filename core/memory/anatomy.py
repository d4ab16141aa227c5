"""A UNet's layers in the order in which they compute, each with its widths and its resolution, from the configuration
alone. What activations take and how many operations a pass has are both counted along them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.architecture import UNetConfig

CONVOLUTION: Final = "convolution"
RESIDUAL: Final = "residual"
TRANSFORMER: Final = "transformer"
HALVE: Final = "halve"
DOUBLE: Final = "double"

INPUT: Final = "input"
MIDDLE: Final = "middle"
OUTPUT: Final = "output"


@dataclass(frozen=True)
class Layer:
    kind: str
    before: int
    """Channels that come in."""
    after: int
    """Channels that go out."""
    level: int
    """How often the sides are halved where it comes in."""
    depth: int = 0
    """Transformer blocks."""


@dataclass(frozen=True)
class Block:
    """Layers that run one after the other. Each block of the input leaves what it made behind for one of the output,
    which joins it to what comes in: `before` channels."""

    side: str
    before: int
    layers: tuple[Layer, ...]


def blocks(config: UNetConfig) -> Iterator[Block]:
    """All blocks of a UNet, in order."""
    kept = [config.model_channels]
    first = Layer(CONVOLUTION, config.in_channels, config.model_channels, 0)
    yield Block(INPUT, config.in_channels, (first,))
    for block in _input_blocks(config):
        kept.append(block.layers[-1].after)
        yield block
    yield from _middle(config)
    yield from _output_blocks(config, kept)


def _stack(before: int, after: int, level: int, depth: int) -> tuple[Layer, ...]:
    residual = Layer(RESIDUAL, before, after, level)
    return (residual, Layer(TRANSFORMER, after, after, level, depth)) if depth else (residual,)


def _input_blocks(config: UNetConfig) -> Iterator[Block]:
    channels, depths = config.model_channels, iter(config.input_depth)
    for level, mult in enumerate(config.channel_mult):
        if level:
            yield Block(INPUT, channels, (Layer(HALVE, channels, channels, level - 1),))
        for _ in range(config.res_blocks):
            width = mult * config.model_channels
            yield Block(INPUT, channels, _stack(channels, width, level, next(depths)))
            channels = width


def _middle(config: UNetConfig) -> Iterator[Block]:
    width, level = config.channel_mult[-1] * config.model_channels, len(config.channel_mult) - 1
    if config.middle_depth is not None:
        layers = _stack(width, width, level, config.middle_depth)
        yield Block(MIDDLE, width, (*layers, Layer(RESIDUAL, width, width, level)) if config.middle_depth else layers)


def _output_blocks(config: UNetConfig, kept: list[int]) -> Iterator[Block]:
    channels, depths = config.channel_mult[-1] * config.model_channels, iter(config.output_depth)
    for level, mult in reversed(list(enumerate(config.channel_mult))):
        for index in range(config.res_blocks + 1):
            width, joined = mult * config.model_channels, channels + kept.pop()
            layers = _stack(joined, width, level, next(depths))
            if level and index == config.res_blocks:
                layers = (*layers, Layer(DOUBLE, width, width, level))
            yield Block(OUTPUT, joined, layers)
            channels = width
