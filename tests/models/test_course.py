"""What passes take over from each other: exactly nothing changes unless a lossy way is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from core.models.course import Course
from core.models.merging import MOST, merging
from core.models.ops import Linear
from core.models.unet import UNet
from tests.models.twins import relative_error
from tests.tiny import BASE_UNET, filled

SMALL = 1e-6


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def unet() -> UNet:
    return cast(UNet, filled(UNet(BASE_UNET), 1))


def numbers(*shape: int, seed: int = 7) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


CONTEXT = numbers(2, 77, BASE_UNET.context_dim)
VECTOR = numbers(2, BASE_UNET.vector_dim, seed=8)


def passed(unet: UNet, context: Tensor | Course, seed: int) -> Tensor:
    result: Tensor = unet(numbers(2, 4, 8, 12, seed=seed), torch.tensor([500.0, 500.0]), context, VECTOR)
    return result


def test_a_course_changes_no_bit(unet: UNet) -> None:
    course = Course(CONTEXT)
    for seed in range(3):
        assert torch.equal(passed(unet, course, seed), passed(unet, CONTEXT, seed))


def test_the_prompt_is_read_once(unet: UNet, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[int, ...]] = []
    multiply = Linear.forward

    def watched(layer: Linear, x: Tensor) -> Tensor:
        if layer.in_features == BASE_UNET.context_dim:
            read.append(tuple(x.shape))
        return multiply(layer, x)

    monkeypatch.setattr(Linear, "forward", watched)
    course = Course(CONTEXT)
    passed(unet, course, 1)
    once = len(read)
    passed(unet, course, 2)
    assert once == len(read) > 0


def test_deep_features_of_the_same_input_are_those_of_the_pass(unet: UNet) -> None:
    course = Course(CONTEXT, keeps_deep=True)
    whole = passed(unet, course, 1)
    course.reuse = True
    assert torch.equal(passed(unet, course, 1), whole)


def test_reused_features_are_near_but_not_the_same(unet: UNet) -> None:
    course = Course(CONTEXT, keeps_deep=True)
    passed(unet, course, 1)
    course.reuse = True
    assert 0 < relative_error(passed(unet, course, 2), passed(unet, CONTEXT, 2)) < 1


def test_merged_cells_change_a_little(unet: UNet) -> None:
    exact = passed(unet, CONTEXT, 1)
    little, much = (relative_error(passed(unet, Course(CONTEXT, merged=share), 1), exact) for share in (0.1, 0.75))
    assert 0 < little < much < 1


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 9), st.integers(1, 9), st.floats(0, 1))
def test_cells_that_go_together_come_apart(height: int, width: int, share: float) -> None:
    count = height * width
    cells = numbers(2, count, 5, seed=count)
    merged = merging(cells, height, width, share)
    together = merged.together(cells)
    assert count - together.shape[1] == min(round(share * count), count - len(merged.standing_in))
    apart = merged.apart(together, count)
    kept = torch.cat((merged.staying, merged.standing_in[:, None].expand(2, -1, -1)), dim=1)
    assert torch.equal(
        apart.gather(1, merged.staying.expand(-1, -1, 5)), cells.gather(1, merged.staying.expand(-1, -1, 5))
    )
    assert kept.shape[1] == together.shape[1]
    assert torch.allclose(merged.together(apart), together, atol=1e-5)


def test_cells_that_are_alike_lose_nothing() -> None:
    cells = numbers(1, 1, 5).expand(1, 64, 5)
    merged = merging(cells, 8, 8, MOST)
    assert merged.together(cells).shape[1] == 16
    assert torch.allclose(merged.apart(merged.together(cells), 64), cells, atol=SMALL)


def test_a_pass_can_be_stopped_between_blocks(unet: UNet) -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(len(calls))
        if len(calls) > 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        passed(unet, Course(CONTEXT, check), 1)
    assert len(calls) == 4
