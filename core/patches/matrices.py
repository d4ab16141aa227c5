"""How an adapter stores one matrix, and what its parts' shapes say of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.checkpoint.header import Shape


@dataclass(frozen=True, slots=True)
class Stored:
    """A matrix by the names of its tensors: `right` alone, the product `left` · `right`, or with a `core` in between,
    which carries a convolution's kernel. `turned`: `left` is stored transposed."""

    right: str
    left: str | None = None
    core: str | None = None
    turned: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.right, self.left, self.core) if name is not None)

    def rank(self, shapes: Mapping[str, Shape]) -> int | None:
        """The width between its factors, which alpha is divided by; None for a matrix stored whole."""
        return None if self.left is None else _matrix(shapes[self.right])[0]

    def shape(self, shapes: Mapping[str, Shape]) -> tuple[int, int] | None:
        """Rows and columns, the kernel counted among the columns; None if the factors do not fit each other."""
        right = shapes[self.right]
        if self.left is None:
            return _matrix(right) if len(right) > 1 else None
        left = _matrix(shapes[self.left])
        rows, inner = left[::-1] if self.turned else left
        columns = _matrix(right)[1]
        if self.core is not None:
            core = shapes[self.core]
            if len(core) < 2 or core[1:2] != right[:1]:
                return None
            inner_wanted, columns = core[0], columns * math.prod(core[2:])
        else:
            inner_wanted = _matrix(right)[0]
        return (rows, columns) if inner == inner_wanted else None


def _matrix(shape: Shape) -> tuple[int, int]:
    return (shape[0], math.prod(shape[1:])) if shape else (1, 1)
