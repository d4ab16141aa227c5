"""The vector that a UNet reads beside its time."""

from __future__ import annotations

import torch

from core.conditioning.micro import vector
from core.embedding import sinusoid


def test_numbers_follow_the_pooled_text_in_their_order() -> None:
    pooled, numbers = torch.randn(1280), (1024, 768, 8, 16, 512, 640)
    waves = sinusoid(torch.tensor(numbers), 256).flatten()
    assert torch.equal(vector(pooled, numbers), torch.cat([pooled, waves]))


def test_waves_are_computed_in_full_and_then_narrowed() -> None:
    made = vector(torch.zeros(2, dtype=torch.bfloat16), [1023])
    assert torch.equal(made[2:], sinusoid(torch.tensor([1023]), 256)[0].bfloat16())
