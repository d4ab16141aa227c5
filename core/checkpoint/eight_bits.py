"""Which weights of a UNet may lie in 8 bits: as integers, with one scale for each output. Lossy, and only for those who
ask."""

from __future__ import annotations

from math import prod
from typing import Final

from core.checkpoint.header import Shape

FEWEST: Final = 1 << 14
"""Numbers of a weight. Those with fewer stay as they are: norms, biases, and the convolutions that meet the latents."""
REACH: Final = 127
"""The largest of a row becomes this, or its negative."""
SCALE_BYTES: Final = 4
"""Of a scale, which is float32 whatever the network computes in: the smallest would be lost in float16."""


def lies_in_eight_bits(shape: Shape) -> bool:
    """Whether a weight [O, …] does, where a network has its weights in 8 bits."""
    return len(shape) > 1 and prod(shape) >= FEWEST


def scale_of(weight: str) -> str:
    """Name of the scales [O] that belong to a weight [O, …]."""
    return f"{weight.removesuffix('.weight')}.scale"
