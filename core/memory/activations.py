"""How many bytes the activations of a pass take at most, by walking through the network as it computes.

Counted are the tensors that live at the same time; what libraries take besides for their own work comes on top
(`workspace`). `tests/memory` holds the counts against real passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.machine import CPU
from core.memory.anatomy import CONVOLUTION, DOUBLE, HALVE, INPUT, OUTPUT, RESIDUAL, TRANSFORMER, Block, Layer, blocks

FEED_FORWARD: Final = 20
"""Widths of a token that live where a transformer is at its widest: in the gate of its feed-forward."""
WINDOW: Final = 77
"""Tokens of a prompt that a tower reads at once."""
MORE: Final = 0.25
"""Share of the activations that libraries take for themselves, and what allocators cannot use."""
DECODER_MORE: Final = 0.5
"""The same for the decoder, whose convolutions are the largest."""
FIXED: Final = 64_000_000
"""Bytes of workspace that libraries keep."""


def unet_activations(config: UNetConfig, height: int, width: int, sides: int, itemsize: int) -> int:
    """Bytes at most while a UNet predicts latents of `height` × `width` cells for `sides` of guidance."""
    cells = cells_by_level(config, height, width)
    return max(_along(config, cells)) * sides * itemsize


def course_bytes(
    config: UNetConfig, height: int, width: int, sides: int, itemsize: int, windows: int, deep: bool
) -> int:
    """Bytes of what the passes of a run take over from each other: of every transformer block the keys and values of a
    prompt of so many windows, and with `deep` what the levels below the finest made."""
    along = list(blocks(config))
    attending = [layer for block in along for layer in block.layers if layer.kind == TRANSFORMER]
    kept = sides * sum(2 * layer.after * layer.depth for layer in attending) * WINDOW * windows
    if deep:
        kept += sides * _leaving(along[-2 - config.res_blocks], cells_by_level(config, height, width))
    return kept * itemsize


def cells_by_level(config: UNetConfig, height: int, width: int) -> list[int]:
    """How many cells there are where the sides of the latents are halved so often."""
    return [-(-height // (1 << level)) * -(-width // (1 << level)) for level in range(len(config.channel_mult) + 1)]


def decoder_activations(config: VAEConfig, height: int, width: int, itemsize: int) -> int:
    """Bytes at most while a first stage decodes latents of `height` × `width` cells."""
    return max(_up(config, height * width)) * itemsize


def tower_activations(config: TextConfig, windows: int, itemsize: int) -> int:
    """Bytes at most while a text tower reads `windows` windows of a prompt; all its states are kept to the end."""
    tokens = windows * config.positions
    return tokens * (config.layers * config.width + 2 * config.mlp_width + 8 * config.width) * itemsize


def workspace(activations: int, kind: str, decoding: bool = False) -> int:
    """Activations with what libraries on that kind of device take besides."""
    return int(activations * (1 + (DECODER_MORE if decoding and kind != CPU else MORE))) + FIXED


def _along(config: UNetConfig, cells: list[int]) -> Iterator[int]:
    """Numbers that live at the widest moment of each layer."""
    kept: list[int] = []
    arriving = 0
    for block in blocks(config):
        held = sum(kept)
        if block.side == OUTPUT:
            held = sum(kept[:-1]) + arriving + block.before * cells[block.layers[0].level]
            yield sum(kept) + arriving + block.before * cells[block.layers[0].level]
            kept.pop()
        for layer in block.layers:
            yield held + _in_layer(layer, cells)
        arriving = _leaving(block, cells)
        if block.side == INPUT:
            kept.append(arriving)
    yield arriving + 2 * arriving


def _leaving(block: Block, cells: list[int]) -> int:
    last = block.layers[-1]
    return last.after * cells[last.level + {HALVE: 1, DOUBLE: -1}.get(last.kind, 0)]


def _in_layer(layer: Layer, cells: list[int]) -> int:
    """Beyond what the block was given: what a layer makes and has not let go of yet."""
    here = cells[layer.level]
    if layer.kind == CONVOLUTION:
        return (layer.before + layer.after) * here
    if layer.kind == HALVE:
        return layer.after * cells[layer.level + 1]
    if layer.kind == DOUBLE:
        return layer.before * here + 2 * layer.after * cells[layer.level - 1]
    if layer.kind == RESIDUAL:
        return (max(layer.before, layer.after) + layer.after) * here
    return FEED_FORWARD * layer.after * here


def _up(config: VAEConfig, cells: int) -> Iterator[int]:
    """Numbers that live at the widest moment of each level of a decoder, lowest first."""
    before = config.channels * config.channel_mult[-1]
    yield 5 * before * cells
    for level, mult in reversed(list(enumerate(config.channel_mult))):
        width = mult * config.channels
        yield (before + max(before, width) + width) * cells
        if level:
            cells *= 4
            yield (2 * width + width // 4) * cells
        before = width
