"""The weights of a unit one behind the other in one piece of memory, so that one copy moves them all."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

import torch
from torch import Tensor

ALIGNMENT: Final = 64
"""Bytes. As torch's own memory on a processor: some kernels round otherwise from another start."""
PAGE: Final = mmap.PAGESIZE


@dataclass(frozen=True)
class Berth:
    """Where a weight lies in its package."""

    start: int
    shape: torch.Size
    dtype: torch.dtype

    @property
    def bytes(self) -> int:
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Package:
    """The weights of a unit by name, and how many bytes they take together."""

    berths: Mapping[str, Berth]
    bytes: int

    def views(self, memory: Tensor) -> dict[str, Tensor]:
        """The weights in `memory`, a row of bytes that is at least as long as the package."""
        return {name: _view(memory, berth) for name, berth in self.berths.items()}


def pack(weights: Iterable[tuple[str, torch.Size, torch.dtype]]) -> Package:
    berths: dict[str, Berth] = {}
    end = 0
    for name, shape, dtype in weights:
        berths[name] = Berth(end, torch.Size(shape), dtype)
        end += -(-berths[name].bytes // ALIGNMENT) * ALIGNMENT
    return Package(berths, end)


def empty(shape: torch.Size, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Memory for a weight by itself, laid out as in a package: convolutions with their channels last."""
    return torch.empty(shape, dtype=dtype, device=device, memory_format=_format(shape))


def host_memory(count: int) -> Tensor:
    """Bytes of the host on pages that nothing else shares: such as can be page-locked by themselves."""
    pages = -(-count // PAGE) * PAGE
    memory = torch.empty(pages + PAGE, dtype=torch.uint8)
    start = -memory.data_ptr() % PAGE
    return memory[start : start + count]


def _view(memory: Tensor, berth: Berth) -> Tensor:
    flat = memory[berth.start : berth.start + berth.bytes].view(berth.dtype)
    strides = torch.empty(berth.shape, device="meta", memory_format=_format(berth.shape)).stride()
    return flat.as_strided(berth.shape, strides)


def _format(shape: torch.Size) -> torch.memory_format:
    return torch.channels_last if len(shape) == 4 else torch.contiguous_format
