from __future__ import annotations

import pytest
import torch

from core.conditioning.micro import MicroConditioning, vector
from core.embedding import sinusoid
from core.errors import HangaError

MICRO = MicroConditioning(original=(1024, 768), crop=(8, 16), target=(512, 640), aesthetic=6.5)


def test_a_base_model_hears_original_crop_and_target_height_first() -> None:
    pooled = torch.randn(1280)
    made = MICRO.vector(pooled, 2816)
    numbers = torch.tensor([1024, 768, 8, 16, 512, 640])
    assert torch.equal(made, torch.cat([pooled, sinusoid(numbers, 256).flatten()]))


def test_a_refiner_hears_original_crop_and_score() -> None:
    pooled = torch.randn(1280)
    made = MICRO.vector(pooled, 2560)
    assert torch.equal(made[1280:], sinusoid(torch.tensor([1024, 768, 8, 16, 6.5]), 256).flatten())


@pytest.mark.parametrize(("pooled", "dim", "count"), [(64, 1600, 6), (64, 1344, 5), (1024, 2560, 6)])
def test_the_room_beside_the_text_decides(pooled: int, dim: int, count: int) -> None:
    assert MICRO.vector(torch.zeros(pooled), dim).shape == (pooled + 256 * count,)


@pytest.mark.parametrize("dim", [1280, 2048, 2817, 3072])
def test_refuses_a_model_that_expects_something_else(dim: int) -> None:
    with pytest.raises(HangaError, match="unknown_conditioning"):
        MICRO.vector(torch.zeros(1280), dim)


def test_waves_are_computed_in_full_and_then_narrowed() -> None:
    made = vector(torch.zeros(2, dtype=torch.bfloat16), [1023])
    assert torch.equal(made[2:], sinusoid(torch.tensor([1023]), 256)[0].bfloat16())
