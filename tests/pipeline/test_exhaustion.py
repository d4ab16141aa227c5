"""Every device's way to say that its memory ran out is understood, and nothing else is taken for it."""

from __future__ import annotations

import pytest
import torch

from core.pipeline.exhaustion import is_exhaustion, is_loss


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError(),
        MemoryError(),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("HIP out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1.00 GB)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"),
        torch.AcceleratorError("CUDA error: out of memory"),
        RuntimeError("level_zero backend failed with error: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory: you tried to"),
    ],
    ids=str,
)
def test_understood(error: RuntimeError | MemoryError) -> None:
    assert is_exhaustion(error)
    assert isinstance(error, MemoryError) or not is_loss(error)


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: unspecified launch failure"),
        RuntimeError("CUDA error: unspecified launch failure"),
        RuntimeError("CUDA error: an illegal memory access was encountered"),
        RuntimeError("CUDA error: no CUDA-capable device is detected"),
        RuntimeError("CUDA driver error: device is lost"),
        RuntimeError("level_zero backend failed with error: 20 (UR_RESULT_ERROR_DEVICE_LOST)"),
        RuntimeError("MPS: command buffer exited with error status."),
    ],
    ids=str,
)
def test_a_device_that_is_gone(error: RuntimeError) -> None:
    assert is_loss(error)
    assert not is_exhaustion(error)


def test_what_the_processor_really_says() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 55)
    assert is_exhaustion(caught.value)


@pytest.mark.parametrize("saying", ["mat1 and mat2 shapes cannot be multiplied", "expected scalar type Half", ""])
def test_not_mistaken(saying: str) -> None:
    assert not is_exhaustion(RuntimeError(saying))
    assert not is_loss(RuntimeError(saying))
