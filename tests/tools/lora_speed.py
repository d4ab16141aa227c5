"""What a LoRA costs per step, in three ways of wearing it: its products added to activations, its weights made anew at
every use, and made once and kept. One transformer of the deepest level, both sides of guidance, in turns.

    python -m tests.tools.lora_speed --rank 32 --rounds 3 --sizes 256 512 1024 --dtype float32
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import torch
from torch import Tensor, nn

from core.checkpoint.names import Place
from core.models.attention import SpatialTransformer
from core.models.ops import Linear
from core.patches.changes import LowRank
from core.patches.wear import Patch

WAYS: Final = ("none", "added", "remade", "kept")
CONTEXT: Final = 2048
TOKENS: Final = 77
CELLS: Final = 32
"""Pixels along a side for one cell of the deepest level."""


def layers(network: nn.Module) -> list[Linear]:
    return [layer for layer in network.modules() if isinstance(layer, Linear)]


def change(layer: Linear, rank: int) -> LowRank:
    like = layer.weight
    return LowRank(torch.randn(len(like), rank).to(like), torch.randn(rank, like.shape[1]).to(like))


@contextmanager
def wearing(network: nn.Module, way: str, rank: int) -> Iterator[None]:
    """All linear layers wear a LoRA in one of `WAYS`."""
    hooks = []
    for layer in layers(network):
        worn = change(layer, rank)
        if way == "added":
            hooks.append(layer.register_forward_hook(adding(worn)))
        elif way != "none":
            layer.patch = Patch({Place("weight"): [worn]}, keep=way == "kept")
    yield
    for hook in hooks:
        hook.remove()
    for layer in layers(network):
        layer.patch = None


def adding(worn: LowRank) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
    def add(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output + (inputs[0] @ worn.down.t()) @ worn.up.t()

    return add


@torch.inference_mode()
def seconds(
    size: int, rank: int, rounds: int, dtype: torch.dtype, channels: int = 1280, depth: int = 1
) -> dict[str, float]:
    """Median processor seconds of one pass at `size` pixels square, by way; the ways take turns."""
    network = SpatialTransformer(channels, depth, CONTEXT).to(dtype)
    side = size // CELLS
    cells, context = torch.randn(2, channels, side, side).to(dtype), torch.randn(2, TOKENS, CONTEXT).to(dtype)
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            with wearing(network, way, rank):
                network(cells, context)
                started = time.process_time()
                network(cells, context)
                taken[way].append(time.process_time() - started)
    return {way: statistics.median(times) for way, times in taken.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512, 1024])
    parser.add_argument("--dtype", default="float32")
    options = parser.parse_args(arguments)
    print("size | " + " | ".join(WAYS))
    for size in options.sizes:
        taken = seconds(size, options.rank, options.rounds, getattr(torch, options.dtype))
        shares = (f"{taken[way] / taken['none']:.2f}" for way in WAYS[1:])
        print(f"{size} | {taken['none']:.3f} s | " + " | ".join(shares), flush=True)


if __name__ == "__main__":
    main()
