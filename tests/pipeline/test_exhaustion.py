"""Every device's way to say that its memory ran out is understood, and nothing else is taken for it."""

from __future__ import annotations

import pytest
import torch

from core.pipeline.exhaustion import is_exhaustion


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError(),
        MemoryError(),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("HIP out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1.00 GB)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory: you tried to"),
    ],
    ids=str,
)
def test_understood(error: RuntimeError | MemoryError) -> None:
    assert is_exhaustion(error)


def test_what_the_processor_really_says() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 55)
    assert is_exhaustion(caught.value)


@pytest.mark.parametrize("saying", ["mat1 and mat2 shapes cannot be multiplied", "CUDA error: device-side assert", ""])
def test_not_mistaken(saying: str) -> None:
    assert not is_exhaustion(RuntimeError(saying))
