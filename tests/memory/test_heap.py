"""What was freed is the system's again."""

from __future__ import annotations

import sys

import psutil
import pytest
import torch

from core.memory.heap import give_back

BLOCK = 64 << 10
"""Bytes: small enough for the allocator's heap, which ends where the last block in use does."""
BLOCKS = 2_000


@pytest.mark.skipif(sys.platform != "linux", reason="other allocators are not told")
def test_the_heap_is_given_back() -> None:
    blocks = [torch.ones(BLOCK, dtype=torch.uint8) for _ in range(BLOCKS)]
    last = torch.ones(BLOCK, dtype=torch.uint8)
    blocks.clear()
    before = psutil.Process().memory_info().rss
    give_back()
    assert before - psutil.Process().memory_info().rss > 0.8 * BLOCK * BLOCKS
    assert last.all()
