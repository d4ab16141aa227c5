"""Minimal filtering computes the convolution, whatever the shape, as near to the truth as float32 allows."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from core.models import winograd
from core.models.ops import Conv2d
from tests.models.convolutions import for_any_shape, numbers
from tests.models.twins import relative_error

WIDE = winograd.FEWEST_CHANNELS


def error_of(result: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None) -> float:
    exact = F.conv2d(x.double(), weight.double(), None if bias is None else bias.double(), padding=1)
    return relative_error(result.double(), exact)


def added_up(x: Tensor, weight: Tensor) -> float:
    """What an output could be at most: errors are those of what is added up on the way, even where little is left."""
    return float(x.abs().max() * weight.abs().sum((1, 2, 3)).max())


@for_any_shape
def test_computes_a_convolution(batch: int, height: int, width: int, ins: int, outs: int, biased: bool) -> None:
    x, weight = numbers(batch, ins, height, width), numbers(outs, ins, 3, 3, seed=4)
    bias = numbers(outs, seed=5) if biased else None
    exact = F.conv2d(x.double(), weight.double(), None if bias is None else bias.double(), padding=1)
    assert (winograd.convolve(x, weight, bias) - exact).abs().max() < 1e-6 * added_up(x, weight)


@pytest.mark.parametrize("chunk", [1, 100, 1000])
def test_strips_and_shares_fit_together(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight, bias = numbers(2, 6, 11, 14), numbers(7, 6, 3, 3), numbers(7)
    whole = winograd.convolve(x, weight, bias)
    monkeypatch.setattr(winograd, "CHUNK", chunk)
    monkeypatch.setattr(winograd, "KERNEL_CHUNK", chunk)
    assert relative_error(winograd.convolve(x, weight, bias), whole) < 1e-6


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_wide_layer_goes_this_way_and_stays_near_the_truth(layout: torch.memory_format) -> None:
    x = numbers(2, WIDE, 6, 10).contiguous(memory_format=layout)
    layer = Conv2d(WIDE, WIDE, 3, padding=1).requires_grad_(False)
    result = layer(x)
    assert torch.equal(result, winograd.convolve(x, layer.weight, layer.bias))
    assert error_of(result, x, layer.weight, layer.bias) < 1e-6


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_other_types_keep_the_usual_way(dtype: torch.dtype) -> None:
    layer, x = Conv2d(WIDE, WIDE, 3, padding=1).to(dtype).requires_grad_(False), numbers(1, WIDE, 12, 12).to(dtype)
    assert torch.equal(layer(x), F.conv2d(x, layer.weight, layer.bias, padding=1))


def test_gradients_keep_the_usual_way() -> None:
    layer, x = Conv2d(WIDE, WIDE, 3, padding=1), numbers(1, WIDE, 4, 4)
    layer(x).sum().backward()
    assert layer.weight.grad is not None
