"""Running out of memory, which every kind of device says in its own words."""

from __future__ import annotations

from typing import Final

import torch

SAYINGS: Final = ("out of memory", "not enough memory", "can't allocate memory", "status_alloc_failed")
"""Of CUDA, ROCm and MPS; of the processor's allocator on Windows, and elsewhere; of cuBLAS and cuDNN."""


def is_exhaustion(error: RuntimeError | MemoryError) -> bool:
    """Whether `error` means that memory ran out, and nothing worse."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        saying in str(error).lower() for saying in SAYINGS
    )
