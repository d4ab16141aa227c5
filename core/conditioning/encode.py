"""Prompts through the towers: the sequence that cross-attention reads, and the pooled vector.

A prompt of n windows gives n times 77 positions; the pooled vector is that of the first window. Each window is
encoded alone, so its embedding is a function of its words only, whatever stands in the other windows or prompts.

Emphasis moves each position's state along the line from the state of the empty prompt at the same position:
z = z_empty + w (z - z_empty), as ComfyUI does. Weight 0 is the empty prompt, weight 1 changes no bit. The older way,
multiplying z by w and rescaling all of it to restore its mean, is not used: the mean of these states is near zero
and dominated by few features, so restoring it shifts words that nobody weighed. The pooled vector is not weighed.

The second prompt, where there is one, goes to the second tower, bigG, as in InvokeAI; in a refiner too,
which has no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import torch
from torch import Tensor

from core.conditioning.tokens import TokenizedPrompt, Window, pad_together
from core.conditioning.towers import BigG, ClipL, Pooled, TextTower

EmptyNegative = Literal["encode", "zero"]
"""What an empty negative prompt means: the encoding of no words (ComfyUI), or zeros, context and pooled (the original
code for the base model, and A1111)."""


@dataclass(frozen=True)
class TextEmbedding:
    """One prompt as the UNet reads it: `context` [77 n, D] and `pooled` [P]."""

    context: Tensor
    pooled: Tensor

    def zeros(self) -> TextEmbedding:
        """No text at all, in the same shape."""
        return TextEmbedding(torch.zeros_like(self.context), torch.zeros_like(self.pooled))


@dataclass(frozen=True)
class Towers:
    """The text encoders of one model: both in a base model, bigG alone in a refiner."""

    bigg: BigG
    clip_l: ClipL | None = None

    def encode(self, prompt: TokenizedPrompt, prompt_2: TokenizedPrompt | None = None) -> TextEmbedding:
        """Encode one prompt; features of ViT-L come before those of bigG."""
        first, second = pad_together(prompt, prompt_2 or prompt)
        return self._encode_all([first], [second])[0]

    def encode_pair(
        self,
        positive: TokenizedPrompt,
        negative: TokenizedPrompt,
        positive_2: TokenizedPrompt | None = None,
        negative_2: TokenizedPrompt | None = None,
        empty_negative: EmptyNegative = "encode",
    ) -> tuple[TextEmbedding, TextEmbedding]:
        """Encode what is wanted and what is not, in equal shapes: the shorter goes on with empty windows."""
        positive, negative, positive_2, negative_2 = pad_together(
            positive, negative, positive_2 or positive, negative_2 or negative
        )
        if empty_negative == "zero" and negative.empty and negative_2.empty:
            wanted = self.encode(positive, positive_2)
            return wanted, wanted.zeros()
        wanted, unwanted = self._encode_all([positive, negative], [positive_2, negative_2])
        return wanted, unwanted

    def _encode_all(self, firsts: Sequence[TokenizedPrompt], seconds: Sequence[TokenizedPrompt]) -> list[TextEmbedding]:
        """One tower after the other, so that each needs to be in memory only once."""
        contexts_l = [] if self.clip_l is None else [context for context, _ in encode_windows(self.clip_l, firsts)]
        encoded_g = encode_windows(self.bigg, seconds)
        contexts = [context for context, _ in encoded_g]
        if contexts_l:
            contexts = [torch.cat(pair, dim=-1) for pair in zip(contexts_l, contexts, strict=True)]
        return [TextEmbedding(context, pooled[0]) for context, (_, pooled) in zip(contexts, encoded_g, strict=True)]


def encode_windows(tower: TextTower[Pooled], prompts: Sequence[TokenizedPrompt]) -> list[tuple[Tensor, Pooled]]:
    """Each prompt through one tower: weighted context [77 n, width], and pooled [1, P] from bigG.

    Gradients flow if the caller lets them. A window that occurs more than once is encoded once.
    """
    encode = cache(partial(_encode_window, tower))
    return [
        (torch.cat([_emphasised(window, encode) for window in prompt.windows]), encode(prompt.windows[0].ids)[1])
        for prompt in prompts
    ]


def _encode_window(tower: TextTower[Pooled], ids: tuple[int, ...]) -> tuple[Tensor, Pooled]:
    return tower.encode(torch.tensor([Window(ids).for_tower(tower.pad_id)]))


def _emphasised(window: Window, encode: Callable[[tuple[int, ...]], tuple[Tensor, Pooled]]) -> Tensor:
    """Context [77, width]. Linear interpolation is exact at weight 1, and so is leaving it out."""
    hidden = encode(window.ids)[0][0]
    if all(weight == 1 for weight in window.weights):
        return hidden
    weights = hidden.new_tensor(window.position_weights())[:, None]
    return torch.lerp(encode(())[0][0], hidden, weights)
