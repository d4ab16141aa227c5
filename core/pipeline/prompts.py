"""A stage's prompts as its network reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from core.conditioning.encode import EmptyNegative, TextEmbedding, Towers
from core.conditioning.micro import vector
from core.conditioning.tokens import tokenize
from core.plan import Stage
from core.request import Request


@dataclass(frozen=True)
class Conditioning:
    """What is wanted, then what is not: `context` [2, 77·n, D] and `vector` [2, V], in the network's type."""

    context: Tensor
    vector: Tensor

    def on(self, device: torch.device) -> Conditioning:
        return Conditioning(self.context.to(device), self.vector.to(device))


def encode(towers: Towers, request: Request, stage: Stage) -> Conditioning:
    """Raises HangaError request.prompt_too_long."""
    wanted, unwanted = towers.encode_pair(
        tokenize(request.prompt),
        tokenize(request.negative),
        None if request.prompt_2 is None else tokenize(request.prompt_2),
        None if request.negative_2 is None else tokenize(request.negative_2),
        cast(EmptyNegative, request.empty_negative),
    )
    return Conditioning(
        torch.stack((wanted.context, unwanted.context)),
        torch.stack((_vector(wanted, stage.vector), _vector(unwanted, stage.negative_vector))),
    )


def _vector(text: TextEmbedding, numbers: tuple[float, ...]) -> Tensor:
    return vector(text.pooled, numbers)
