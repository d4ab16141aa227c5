"""What ways of convolving are tried on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor


def numbers(*shape: int, seed: int = 3) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def for_any_shape(test: Callable[..., None]) -> Callable[..., None]:
    """Calls it with `batch`, `height`, `width`, `ins`, `outs` and `biased`: many small ones, and the smallest."""
    drawn = given(
        batch=st.integers(1, 2),
        height=st.integers(1, 9),
        width=st.integers(1, 9),
        ins=st.integers(1, 5),
        outs=st.integers(1, 5),
        biased=st.booleans(),
    )
    smallest = example(batch=1, height=1, width=1, ins=3, outs=1, biased=False)
    return settings(deadline=None, max_examples=40)(smallest(drawn(test)))
