"""What adapters add to a weight, as tensors ready for use.

Every change is measured from the weight as the model has it, never from what another adapter made of it, so several add
up to the same whatever their order. Matrices are [rows, columns] with a convolution's kernel among the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from core.checkpoint.load import is_finite
from core.errors import HangaError
from core.patches.fit import Piece
from core.patches.matrices import Stored

Size = tuple[int, ...]
SHORTEST: Final = 1e-12
"""Length that a row of zeros is taken to have, so that it stays one."""


class Change(Protocol):
    def add_to(self, target: Tensor, original: Tensor) -> None:
        """Add to `target`, which began as a copy of `original`, in place."""


@dataclass(frozen=True)
class LowRank:
    """`up` [rows, r] times `down` [r, inputs, *kernel]."""

    up: Tensor
    down: Tensor

    def dense(self) -> Tensor:
        return (self.up @ self.down.flatten(1)).view(len(self.up), *self.down.shape[1:])

    def add_to(self, target: Tensor, original: Tensor) -> None:
        """In one product, whichever way a convolution's weight lies in memory."""
        if target.is_contiguous() or target.ndim == 2:
            target.flatten(1).addmm_(self.up, self.down.flatten(1))
        else:
            rows = target.movedim(1, -1)
            rows.view(len(rows), -1).addmm_(self.up, self.down.movedim(1, -1).flatten(1))


@dataclass(frozen=True)
class Hadamard:
    """Two products, item by item (LoHa)."""

    first: LowRank
    second: LowRank

    def dense(self) -> Tensor:
        return self.first.dense() * self.second.dense()

    def add_to(self, target: Tensor, original: Tensor) -> None:
        target += self.dense()


@dataclass(frozen=True)
class Kronecker:
    """Every item of `first` times all of `second` (LoKr); `shape` is the weight's."""

    first: Tensor
    second: Tensor
    shape: Size

    def dense(self) -> Tensor:
        return torch.kron(self.first, self.second).reshape(self.shape)

    def add_to(self, target: Tensor, original: Tensor) -> None:
        target += self.dense()


@dataclass(frozen=True)
class Decomposed:
    """DoRA: the changed weight's rows or columns get the lengths `magnitude`, and `share` of the way there is gone.
    Reckoned in float32, because lengths are sums of many squares."""

    inner: LowRank | Hadamard | Kronecker
    magnitude: Tensor
    by_row: bool
    share: float

    def add_to(self, target: Tensor, original: Tensor) -> None:
        before, axis = original.float(), 0 if self.by_row else 1
        changed = before + self.inner.dense()
        others = [other for other in range(changed.ndim) if other != axis]
        lengths = torch.linalg.vector_norm(changed, dim=others, keepdim=True).clamp_min(SHORTEST)
        wanted = self.magnitude.view([-1 if other == axis else 1 for other in range(changed.ndim)])
        target += self.share * (changed * (wanted / lengths) - before)


@dataclass(frozen=True)
class Workshop:
    """Makes changes ready for weights of one type on one device; `name` is the adapter's, for messages."""

    name: str
    dtype: torch.dtype
    device: torch.device

    def change(self, piece: Piece, tensors: Mapping[str, Tensor], weight: float) -> Change:
        """The change that `piece` makes at `weight`, from its tensors in float32. Raises HangaError file.not_finite,
        file.overflows."""
        inner = self._plain(piece, tensors, piece.scale if piece.magnitude is not None else piece.scale * weight)
        if piece.magnitude is None:
            return inner
        magnitude = self._ready(tensors[piece.magnitude].flatten(), piece, torch.float32)
        return Decomposed(inner, magnitude, piece.by_row, weight)

    def _plain(self, piece: Piece, tensors: Mapping[str, Tensor], scale: float) -> LowRank | Hadamard | Kronecker:
        shape = piece.target.shape
        if piece.kind == "kronecker":
            first, second = (_whole(matrix, tensors) for matrix in piece.matrices)
            return Kronecker(self._ready(scale * first, piece), self._ready(second, piece), shape)
        pairs = []
        for matrix, share in zip(piece.matrices, (scale, 1.0), strict=False):
            left, right = _factors(matrix, tensors)
            pairs.append(LowRank(self._ready(share * left, piece), self._ready(right.unflatten(1, shape[1:]), piece)))
        return pairs[0] if len(pairs) == 1 else Hadamard(*pairs)

    def _ready(self, tensor: Tensor, piece: Piece, dtype: torch.dtype | None = None) -> Tensor:
        ready = tensor.to(dtype or self.dtype)
        if not is_finite(ready):
            code = "file.overflows" if is_finite(tensor) else "file.not_finite"
            raise HangaError(code, name=self.name, tensor=piece.matrices[0].right)
        return ready.to(self.device).contiguous()


def _whole(stored: Stored, tensors: Mapping[str, Tensor]) -> Tensor:
    if stored.left is None:
        return tensors[stored.right].flatten(1)
    left, right = _factors(stored, tensors)
    return left @ right


def _factors(stored: Stored, tensors: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Two matrices whose product is the stored one: a core between them is taken into the right one."""
    assert stored.left is not None
    left, right = tensors[stored.left].flatten(1), tensors[stored.right].flatten(1)
    if stored.core is not None:
        right = torch.einsum("ab...,bi->ai...", tensors[stored.core], right).flatten(1)
    return (left.t() if stored.turned else left), right


def together(changes: list[Change]) -> list[Change]:
    """The same changes, with all low-rank ones in one product, which is rounded once."""
    low_rank = [change for change in changes if isinstance(change, LowRank)]
    if len(low_rank) < 2:
        return changes
    up = torch.cat([change.up for change in low_rank], dim=1)
    down = torch.cat([change.down for change in low_rank], dim=0)
    return [LowRank(up, down), *(change for change in changes if not isinstance(change, LowRank))]
