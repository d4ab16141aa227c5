"""What a type can hold is told from bits alone: it must agree with the conversion itself."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.checkpoint.limits import within

SMALL = [torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]
TARGETS = [torch.float32, torch.bfloat16, torch.float16]


@pytest.mark.parametrize("dtype", TARGETS)
@pytest.mark.parametrize("stored", SMALL)
def test_every_number_of_a_short_type(stored: torch.dtype, dtype: torch.dtype) -> None:
    count = 8 * stored.itemsize
    bits = torch.arange(-(1 << (count - 1)), 1 << (count - 1))
    numbers = bits.to({8: torch.int8, 16: torch.int16}[count]).view(stored)
    fine = torch.isfinite(numbers.float()) & torch.isfinite(numbers.float().to(dtype))
    assert within(numbers[fine], dtype)
    outside = numbers[~fine]
    assert not any(within(number[None], dtype) for number in (outside[:200], outside[-200:]) for number in number)


@pytest.mark.parametrize("dtype", TARGETS)
@given(bits=st.integers(-(1 << 31), (1 << 31) - 1), near=st.integers(-3, 3), edge=st.booleans())
def test_numbers_of_single_precision(dtype: torch.dtype, bits: int, near: int, edge: bool) -> None:
    """Any, and those at the edge of what the target holds."""
    half_a_step = {torch.float32: 0.0, torch.bfloat16: 2.0**119, torch.float16: 16.0}[dtype]
    limit = torch.tensor(torch.finfo(dtype).max + half_a_step).view(torch.int32)
    number = (limit + near if edge else torch.tensor(bits, dtype=torch.int32)).view(torch.float32)[None]
    for signed in (number, -number):
        assert within(signed, dtype) == (bool(torch.isfinite(signed.to(dtype))) and bool(torch.isfinite(signed)))


def test_nothing_is_within_everything() -> None:
    assert within(torch.empty(0), torch.float16)
