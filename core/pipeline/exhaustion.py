"""What kinds of device say in their own words: that memory ran out, or that they are gone."""

from __future__ import annotations

import gc
from typing import Final

import torch

from core.memory.heap import give_back

SAYINGS: Final = (
    "out of memory",
    "not enough memory",
    "insufficient memory",
    "can't allocate memory",
    "status_alloc_failed",
    "error_out_of_device_memory",
)
"""Of CUDA, ROCm and MPS; of the processor's allocator on Windows; of Metal; of the processor's allocator elsewhere; of
cuBLAS and cuDNN; of Level Zero."""

LOST: Final = (
    "device lost",
    "device is lost",
    "device_lost",
    "gpu is lost",
    "unspecified launch failure",
    "illegal memory access",
    "device-side assert",
    "no cuda-capable device",
    "cuda driver version is insufficient",
    "launch timed out",
    "command buffer exited with error",
    "unknown error",
)
"""Of drivers: after these nothing works on the device any more, for this process at least."""


def is_exhaustion(error: RuntimeError | MemoryError) -> bool:
    """Whether `error` means that memory ran out, and nothing worse."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or _says(error, SAYINGS)


def is_loss(error: RuntimeError) -> bool:
    """Whether `error` means that the device is gone: pulled out, reset, asleep, or its driver in pieces."""
    return not is_exhaustion(error) and (isinstance(error, torch.AcceleratorError) or _says(error, LOST))


def reclaim(device: torch.device) -> None:
    """Give back to the system what nobody holds any more, of the device's memory too. Raises what a lost device does.

    The collection comes first: a traceback and the frames it shows may hold each other, and tensors with them."""
    gc.collect()
    give_back()
    module = torch.get_device_module(device)
    if hasattr(module, "empty_cache"):
        module.empty_cache()


def _says(error: Exception, sayings: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(saying in said for saying in sayings)
