"""Checkpoints of any size with random weights, written tensor by tensor: what the network is does not matter, only that
its numbers stay in range. Nothing larger than one tensor is ever held."""

from __future__ import annotations

import json
import math
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.blueprint import big_g_tensors, clip_l_tensors, unet_tensors, vae_tensors
from core.checkpoint.header import LENGTH_BYTES, Shape
from core.conditioning.towers import LOGIT_SCALE

ITEM_BYTES: Final = 2
BIAS_SCALE: Final = 0.1
NORM_SCALE: Final = 0.1

_TOWER: Final = re.compile(r"^conditioner\.embedders\.\d+\.")

Tensors = Iterator[tuple[str, Shape]]


@dataclass(frozen=True)
class Networks:
    unet: UNetConfig
    vae: VAEConfig
    clip_l: TextConfig | None
    big_g: TextConfig


def checkpoint_tensors(networks: Networks) -> Tensors:
    """Names and shapes of a published single file, in order."""
    parts = [("model.diffusion_model.", unet_tensors(networks.unet)), ("first_stage_model.", vae_tensors(networks.vae))]
    towers = ([clip_l_tensors(networks.clip_l)] if networks.clip_l else []) + [big_g_tensors(networks.big_g)]
    parts += [(f"conditioner.embedders.{number}.", tower) for number, tower in enumerate(towers)]
    for prefix, tensors in parts:
        yield from ((prefix + name, shape) for name, shape in tensors)


def write_random(path: Path, tensors: list[tuple[str, Shape]]) -> None:
    """Write a safetensors file in half precision; the same names and shapes give the same file. A second text tower has
    the same numbers whether it comes second or alone, as in the published base and refiner."""
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        header = json.dumps(dict(_entries(tensors))).encode()
        header += b" " * (-len(header) % 8)
        file.write(len(header).to_bytes(LENGTH_BYTES, "little") + header)
        for name, shape in tensors:
            file.write(
                random_tensor(_TOWER.sub("", name), shape).to(torch.float16).view(-1).view(torch.uint8).numpy().data
            )
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _entries(tensors: list[tuple[str, Shape]]) -> Iterator[tuple[str, dict[str, object]]]:
    end = 0
    for name, shape in tensors:
        start, end = end, end + ITEM_BYTES * math.prod(shape)
        yield name, {"dtype": "F16", "shape": list(shape), "data_offsets": [start, end]}


def random_tensor(name: str, shape: Shape) -> Tensor:
    """Values that keep activations near unit variance: by fan-in, norms near one, small biases."""
    if name.endswith("logit_scale"):
        return torch.full(shape, LOGIT_SCALE)
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    noise = torch.randn(shape, generator=generator)
    if len(shape) > 1:
        return noise / math.sqrt(math.prod(shape[1:]))
    return 1 + NORM_SCALE * noise if name.endswith("weight") else BIAS_SCALE * noise
