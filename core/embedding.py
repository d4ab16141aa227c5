"""Numbers as waves: how the family turns a time index or a size into a vector.

Shared by the UNet (time) and the micro-conditioning (sizes, crop, score), which may not import each other.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

MAX_PERIOD = 10_000


def sinusoid(positions: Tensor, width: int) -> Tensor:
    """Embed `positions` [N] as [N, width] in float32: all cosines first, then all sines.

    Frequency i of `width / 2` is 10000^(-i / (width / 2)), as in "Attention Is All You Need" section 3.5 with the
    two halves side by side instead of interleaved. `width` is even. Float32 whatever the network's own type,
    because half precision cannot tell neighbouring time indices apart.
    """
    half = width // 2
    steps = torch.arange(half, dtype=torch.float32, device=positions.device)
    frequencies = torch.exp(-math.log(MAX_PERIOD) * steps / half)
    angles = positions.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
