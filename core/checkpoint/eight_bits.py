"""Which weights of a UNet may lie in 8 bits: as integers, with one scale for each output.

Lossy, and only for those who ask. What is small, what feeds every block (the embeddings of time and size) and what
meets the latents themselves stays as it is: all of it is less than a hundredth of a network.
"""

from __future__ import annotations

import re
from math import prod
from typing import Final

from core.checkpoint.header import Shape

FEWEST: Final = 4096
"""Numbers of a weight. Those with fewer are norms, biases, and not worth a scale."""
REACH: Final = 127
"""The largest of a row becomes this, or its negative."""
SCALE_BYTES: Final = 4
"""Of a scale, which is float32 whatever the network computes in: the smallest would be lost in float16."""

_EXACT: Final = re.compile(r"(?:time_embed|label_emb|input_blocks\.0\.0|out)\.")


def lies_in_eight_bits(name: str, shape: Shape) -> bool:
    """Whether the weight of that canonical name does, where a network has its weights in 8 bits."""
    return len(shape) > 1 and prod(shape) >= FEWEST and not _EXACT.match(name)


def scale_of(weight: str) -> str:
    """Name of the scales [O] that belong to a weight [O, …]."""
    return f"{weight.removesuffix('.weight')}.scale"
