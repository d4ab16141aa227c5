"""How many operations a pass has, a multiplication and an addition counted as two: what its time is proportional to."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.blueprint import Tensors, big_g_tensors, clip_l_tensors
from core.memory.activations import cells_by_level
from core.memory.anatomy import CONVOLUTION, DOUBLE, HALVE, RESIDUAL, Layer, blocks
from core.plan import Plan, Stage

KERNEL = 9
"""Of a convolution: three by three."""


@lru_cache(maxsize=64)
def unet_flops(config: UNetConfig, height: int, width: int, tokens: int = 77) -> int:
    """Of one pass for one side of guidance, on latents of `height` × `width` cells and a prompt of `tokens`."""
    cells = cells_by_level(config, height, width)
    total = sum(_layer(layer, config, cells, tokens) for block in blocks(config) for layer in block.layers)
    return total + 2 * KERNEL * config.model_channels * config.out_channels * cells[0]


@lru_cache(maxsize=64)
def decoder_flops(config: VAEConfig, height: int, width: int) -> int:
    """Of turning latents of `height` × `width` cells into pixels."""
    cells = height * width
    channels = config.channels * config.channel_mult[-1]
    total = 2 * KERNEL * config.latent_channels * channels * cells
    total += (4 * 2 * KERNEL + 4 * 2) * channels * channels * cells + 4 * channels * cells**2
    for level, mult in reversed(list(enumerate(config.channel_mult))):
        width_here = mult * config.channels
        for _ in range(config.res_blocks + 1):
            total += _residual(channels, width_here) * cells
            channels = width_here
        if level:
            cells *= 4
            total += 2 * KERNEL * channels * channels * cells
    return total + 2 * KERNEL * channels * 3 * cells


def tower_flops(stage: Stage, windows: int = 1) -> int:
    """Of reading a prompt of so many windows with all text towers of a stage."""
    towers = [(big_g_tensors(stage.bigg), stage.bigg)]
    if stage.clip_l is not None:
        towers.append((clip_l_tensors(stage.clip_l), stage.clip_l))
    return sum(_tower(tensors, config, windows) for tensors, config in towers)


def step_flops(plan: Plan, stage: Stage) -> int:
    """Of one evaluation of a stage's network with all sides of guidance that the plan has."""
    sides = 1 if plan.guidance_scale == 1 else 2
    return sides * unet_flops(stage.unet, *cells_of(plan))


def cells_of(plan: Plan) -> tuple[int, int]:
    """Height and width of the latents."""
    return plan.height // 8, plan.width // 8


def _layer(layer: Layer, config: UNetConfig, cells: list[int], tokens: int) -> int:
    here = cells[layer.level]
    if layer.kind == CONVOLUTION:
        return 2 * KERNEL * layer.before * layer.after * here
    if layer.kind == HALVE:
        return 2 * KERNEL * layer.before * layer.after * cells[layer.level + 1]
    if layer.kind == DOUBLE:
        return 2 * KERNEL * layer.before * layer.after * cells[layer.level - 1]
    if layer.kind == RESIDUAL:
        return _residual(layer.before, layer.after) * here
    return _transformer(layer, here, config.context_dim, tokens)


def _residual(before: int, after: int) -> int:
    shortcut = before * after if before != after else 0
    return 2 * (KERNEL * (before + after) * after + shortcut)


def _transformer(layer: Layer, cells: int, context: int, tokens: int) -> int:
    """Projections of cells, feed-forward and both attentions of every block; keys and values of the prompt."""
    width = layer.after
    products = (4 + 2 + 8 + 4) * width * width * cells + 2 * context * width * tokens
    attention = 2 * width * cells * (cells + tokens)
    return 2 * (layer.depth * (products + attention) + 2 * width * width * cells)


def _tower(tensors: Tensors, config: TextConfig, windows: int) -> int:
    matrices = sum(prod(shape) for name, shape in tensors if len(shape) == 2 and "embedding" not in name)
    attention = 2 * config.layers * config.positions * config.width
    return 2 * windows * config.positions * (matrices + attention)
