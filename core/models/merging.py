"""Token merging (Bolya and Hoffman, 2023; lossy): cells that resemble another one leave attention to it.

In each square of two by two cells the first may stand for others. Of the rest, those that are most like one of them go
together with it, and get back what it got. Which cells is decided by the picture alone, so the same run repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

SQUARE: Final = 2
MOST: Final = 1 - 1 / SQUARE**2
"""The share of cells that can be merged."""


@dataclass(frozen=True)
class Merging:
    """Places among the cells [B, N, C]: of those that stay by themselves, that go, and to which stander-in."""

    standing_in: Tensor
    """[D]: the same in all pictures."""
    staying: Tensor
    """[B, S, 1]"""
    going: Tensor
    """[B, G, 1]"""
    target: Tensor
    """[B, G, 1] among those standing in."""

    def together(self, cells: Tensor) -> Tensor:
        """[B, S + D, C]: each that stands in is the mean of itself and all that went to it."""
        hosts = cells[:, self.standing_in]
        counts = torch.ones_like(hosts[..., :1])
        counts = counts.scatter_add(1, self.target, torch.ones_like(self.target, dtype=cells.dtype))
        sums = hosts.scatter_add(1, self._wide(self.target, cells), self._taken(cells, self.going))
        return torch.cat((self._taken(cells, self.staying), sums / counts), dim=1)

    def apart(self, merged: Tensor, count: int) -> Tensor:
        """[B, N, C] from [B, S + D, C]."""
        stayed, hosts = merged.split((self.staying.shape[1], len(self.standing_in)), dim=1)
        result = merged.new_empty((len(merged), count, merged.shape[2]))
        result[:, self.standing_in] = hosts
        result.scatter_(1, self._wide(self.staying, merged), stayed)
        return result.scatter_(1, self._wide(self.going, merged), self._taken(hosts, self.target))

    @staticmethod
    def _wide(places: Tensor, like: Tensor) -> Tensor:
        return places.expand(-1, -1, like.shape[2])

    def _taken(self, cells: Tensor, places: Tensor) -> Tensor:
        return cells.gather(1, self._wide(places, cells))


def merging(cells: Tensor, height: int, width: int, share: float) -> Merging:
    """Which of the cells [B, h·w, C] go together, so that about `share` of them, at most `MOST`, need no attention."""
    numbers = torch.arange(height * width, device=cells.device).view(height, width)
    first = torch.zeros_like(numbers, dtype=torch.bool)
    first[::SQUARE, ::SQUARE] = True
    standing_in, others = numbers[first], numbers[~first]
    direction = F.normalize(cells, dim=-1)
    likeness, target = (direction[:, others] @ direction[:, standing_in].transpose(1, 2)).max(dim=-1, keepdim=True)
    order = likeness.argsort(dim=1, descending=True, stable=True)
    going, staying = order.split_with_sizes(_split(len(others), round(share * height * width)), dim=1)
    return Merging(standing_in, others[staying], others[going], target.gather(1, going))


def _split(others: int, wanted: int) -> list[int]:
    going = min(others, wanted)
    return [going, others - going]
