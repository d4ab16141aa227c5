"""Products with the weights first are those of the usual way, whatever the shape, and for few cells only."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.nn import functional as F

from core.models import feed_forward, weights_first
from core.models.feed_forward import FeedForward
from core.models.ops import Conv2d
from tests.models.convolutions import for_any_shape, numbers
from tests.models.twins import relative_error

WIDE = 64
ROUNDING = 0.01
"""Of results in bfloat16, which has eight bits."""


@for_any_shape
def test_computes_a_convolution(batch: int, height: int, width: int, ins: int, outs: int, biased: bool) -> None:
    x, weight = numbers(batch, ins, height, width).double(), numbers(outs, ins, 3, 3, seed=4).double()
    bias = numbers(outs, seed=5).double() if biased else None
    expected = F.conv2d(x, weight, bias, padding=1)
    assert torch.allclose(weights_first.convolve(x, weight, bias), expected, atol=1e-12)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_wide_layer_of_few_cells_is_as_near_to_the_truth(layout: torch.memory_format) -> None:
    layer = Conv2d(WIDE, WIDE, 3, padding=1).bfloat16().requires_grad_(False)
    x = numbers(2, WIDE, 4, 4).bfloat16().contiguous(memory_format=layout)
    exact = copy.deepcopy(layer).double()(x.double())
    assert weights_first.suits(x, 32, layer.weight)
    assert relative_error(layer(x).double(), exact) < ROUNDING


def test_layouts_of_the_weights_do_not_change_a_bit() -> None:
    x, weight = numbers(2, WIDE, 4, 4).bfloat16(), numbers(WIDE, WIDE, 3, 3, seed=4).bfloat16()
    laid_out = weight.contiguous(memory_format=torch.channels_last)
    assert torch.equal(weights_first.convolve(x, weight, None), weights_first.convolve(x, laid_out, None))


def test_many_cells_wider_types_and_gradients_keep_the_usual_way() -> None:
    weight, x = numbers(WIDE, WIDE, 3, 3), numbers(1, WIDE, 4, 4)
    assert weights_first.suits(x.bfloat16(), WIDE // 2, weight)
    assert not weights_first.suits(x.bfloat16(), WIDE // 2 + 1, weight)
    assert not weights_first.suits(x, 16, weight)
    assert not weights_first.suits(x.bfloat16(), 16, weight.requires_grad_())


@pytest.mark.parametrize("tokens", [WIDE // 4, 5 * WIDE])
def test_a_feed_forward_is_the_same_for_few_and_for_many(tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_forward, "PIECE", 1)
    monkeypatch.setattr(feed_forward, "NARROWEST", 100)
    layer, x = FeedForward(WIDE).bfloat16().requires_grad_(False), numbers(2, tokens, WIDE).bfloat16()
    exact = FeedForward(WIDE).requires_grad_(False)
    exact.load_state_dict(layer.state_dict())
    assert relative_error(layer(x), exact(x.float())) < ROUNDING


def test_a_feed_forward_of_bfloat16_can_be_trained() -> None:
    layer = FeedForward(WIDE).bfloat16()
    layer(numbers(1, 4, WIDE).bfloat16()).sum().backward()
    assert all(weight.grad is not None for weight in layer.parameters())
