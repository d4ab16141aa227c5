"""Micro-conditioning: how large the training picture was, where it was cropped, how good it looked.

Podell et al. 2023 (arXiv 2307.01952) section 2.2. Each number becomes a sinusoid of 256, and all of them follow the
pooled text in one vector. Which numbers, and in which order, the plan says.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.architecture import SIZE_EMBEDDING_DIM
from core.embedding import sinusoid


def vector(pooled: Tensor, numbers: Sequence[float]) -> Tensor:
    """Pooled text [P], then each number as a sinusoid: [P + 256 · len(numbers)], in the type of `pooled`."""
    positions = torch.tensor(numbers, dtype=torch.float32, device=pooled.device)
    waves = sinusoid(positions, SIZE_EMBEDDING_DIM).flatten()
    return torch.cat([pooled, waves.to(pooled.dtype)])
