"""Whether weights are numbers that a type can hold, told from their bits: one pass, no copy, on the thread that asks.

Of floats with one sign, the larger one has the larger bits. So a weight is out of range if its bits without the sign
are at least those of the first number that is. Seen as signed integers, the largest is the largest positive weight;
seen as unsigned ones, the largest negative.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import torch
from torch import Tensor

SIGNED: Final = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def within(weights: Tensor, dtype: torch.dtype) -> bool:
    """Whether all of `weights`, contiguous in host memory, are finite and stay so in `dtype`."""
    if weights.numel() == 0:
        return True
    size = weights.dtype.itemsize
    bits = weights.detach().reshape(-1).view(SIGNED[size]).numpy()
    limit = _first_outside(weights.dtype, dtype)
    sign = 1 << (8 * size - 1)
    return int(bits.max()) < limit and int(bits.view(np.dtype(f"u{size}")).max()) < sign + limit


@cache
def _first_outside(stored: torch.dtype, dtype: torch.dtype) -> int:
    """Bits of the smallest positive value of `stored` that is not finite, or becomes infinite in `dtype`."""
    largest = torch.tensor(torch.finfo(stored).max, dtype=stored).view(SIGNED[stored.itemsize]).item()
    if torch.finfo(dtype).max >= torch.finfo(stored).max:
        return int(largest) + 1
    limits = torch.finfo(dtype)
    half_a_step = limits.max * limits.eps / (2 - limits.eps) / 2
    return int(torch.tensor(limits.max + half_a_step, dtype=stored).view(SIGNED[stored.itemsize]).item())
