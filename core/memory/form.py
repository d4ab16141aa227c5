"""How the weights of a UNet lie in memory, and how many bytes that takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Final

from core.checkpoint.eight_bits import SCALE_BYTES, lies_in_eight_bits
from core.checkpoint.header import Shape
from core.plan import Plan
from core.request import EIGHT_BITS

BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Of a number, by the name of its type."""


@dataclass(frozen=True)
class Form:
    """`itemsize` bytes for each number of the type in which it computes; most weights may lie in 8 bits instead."""

    itemsize: int
    eight_bits: bool = False

    def bytes(self, shape: Shape) -> int:
        """Of a tensor, with its scales if it has any."""
        if self.eight_bits and lies_in_eight_bits(shape):
            return prod(shape) + SCALE_BYTES * shape[0]
        return prod(shape) * self.itemsize

    def widened_bytes(self, shape: Shape) -> int:
        """What is made of a tensor at its use: nothing where it lies as it is used."""
        return prod(shape) * self.itemsize if self.eight_bits and lies_in_eight_bits(shape) else 0


def form_of(plan: Plan) -> Form:
    """In which the plan has its UNets."""
    return Form(BYTES[plan.dtype], plan.request.weights == EIGHT_BITS)
