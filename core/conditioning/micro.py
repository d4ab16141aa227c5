"""Micro-conditioning: how large the training picture was, where it was cropped, how good it looked.

Podell et al. 2023 (arXiv 2307.01952) section 2.2. Each number becomes a sinusoid of 256, and all of them follow the
pooled text in one vector. Height precedes width and top precedes left everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.architecture import SIZE_EMBEDDING_DIM
from core.embedding import sinusoid
from core.errors import HangaError


@dataclass(frozen=True, kw_only=True)
class MicroConditioning:
    """What either model may be told about a picture, in pixels; the aesthetic score goes from about 1 to 10."""

    original: tuple[float, float]
    """Height and width before any resizing."""
    crop: tuple[float, float] = (0.0, 0.0)
    """Top and left of the cut-out."""
    target: tuple[float, float]
    """Height and width of the picture that is made."""
    aesthetic: float = 6.0

    @property
    def base_numbers(self) -> tuple[float, ...]:
        return (*self.original, *self.crop, *self.target)

    @property
    def refiner_numbers(self) -> tuple[float, ...]:
        return (*self.original, *self.crop, self.aesthetic)

    def vector(self, pooled: Tensor, vector_dim: int) -> Tensor:
        """The vector [vector_dim] for a UNet of that width: whichever of the two lists fits beside the pooled text [P].

        Raises HangaError `file.unknown_conditioning` (width, pooled) where neither does.
        """
        for numbers in (self.base_numbers, self.refiner_numbers):
            if len(pooled) + SIZE_EMBEDDING_DIM * len(numbers) == vector_dim:
                return vector(pooled, numbers)
        raise HangaError("file.unknown_conditioning", width=vector_dim, pooled=len(pooled))


def vector(pooled: Tensor, numbers: Sequence[float]) -> Tensor:
    """Pooled text [P], then each number as a sinusoid: [P + 256 · len(numbers)], in the type of `pooled`."""
    positions = torch.tensor(numbers, dtype=torch.float32, device=pooled.device)
    waves = sinusoid(positions, SIZE_EMBEDDING_DIM).flatten()
    return torch.cat([pooled, waves.to(pooled.dtype)])
