"""What the denoising networks learn from: latents, token ids of several captions, and the numbers of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.conditioning.tokens import CAPACITY, EOS, WINDOW, Window, tokenize
from core.starter.dataset import Example, Size, load_words
from core.starter.latents import latents_path

PAD: Final = 0
"""Padding of stored ids: that of the second tower. The first has the end token in its place."""

EMPTY_IDS: Final = Window().for_tower(PAD)
EMPTY_ODDS: Final = 0.05
SILENT_ODDS: Final = 0.05
"""Captions are dropped in both ways that an empty prompt is put: as the empty sentence, and as zeros; 10 % in all."""

SMALL_SHARE: Final = 5.0
CUT_SHARE: Final = 3.0
"""How much more often than others the pictures are drawn that were much too small, or are cut: rare in the collection,
and all that there is to learn the meaning of the numbers from."""

MUCH_TOO_SMALL: Final = 0.5
"""Original side over that of the frame."""

FILLER_ODDS: Final = 0.15
FILLERS: Final = 5
FIRST_WORD: Final = 512
"""Ids below are single bytes."""


@dataclass(frozen=True)
class Batch:
    """`latents` [B, 4, h, w] scaled; `ids` [B, 77]; `numbers` [B, 6 or 5]; `heard` [B, 1, 1] is 0 for zeroed text."""

    latents: Tensor
    ids: Tensor
    numbers: Tensor
    heard: Tensor


@dataclass(frozen=True)
class Corpus:
    """Examples of one frame. `ids` [N, K, 77] has several captions for each picture."""

    latents: NDArray[np.float16]
    ids: NDArray[np.int32]
    numbers: NDArray[np.float32]
    odds: NDArray[np.float64]
    """Of being drawn [N]; they sum to one."""

    def __len__(self) -> int:
        return len(self.latents)

    def draw(self, count: int, rng: np.random.Generator) -> Batch:
        """A random batch, with captions dropped or lengthened by words that mean nothing here."""
        rows = rng.choice(len(self), size=count, p=self.odds)
        chosen = self.ids[rows, rng.integers(self.ids.shape[1], size=count)]
        ids = np.stack([_disturbed(sentence, rng) for sentence in chosen])
        heard = (rng.random((count, 1, 1)) >= SILENT_ODDS).astype(np.float32)
        return Batch(
            latents=torch.from_numpy(self.latents[rows].astype(np.float32)),
            ids=torch.from_numpy(ids).long(),
            numbers=torch.from_numpy(self.numbers[rows]),
            heard=torch.from_numpy(heard),
        )


def load(name: str, target: Size, scored: bool = False) -> Corpus:
    """The examples of a frame; `scored` for the refiner, which is told the detail instead of the target size."""
    examples = load_words(name, target)
    return Corpus(
        latents=np.load(latents_path(name, target)),
        ids=np.stack([token_ids(example.captions) for example in examples]),
        numbers=np.asarray([numbers(example, scored) for example in examples], np.float32),
        odds=odds(examples),
    )


def odds(examples: Sequence[Example]) -> NDArray[np.float64]:
    """How often each is drawn [N]."""
    shares = np.asarray([_share(example) for example in examples])
    normalised: NDArray[np.float64] = shares / shares.sum()
    return normalised


def _share(example: Example) -> float:
    if min(example.original) < MUCH_TOO_SMALL * min(example.target):
        return SMALL_SHARE
    return CUT_SHARE if any(example.crop) else 1.0


def token_ids(captions: Sequence[str]) -> NDArray[np.int32]:
    """First windows [K, 77] of captions."""
    return np.asarray([tokenize(text).windows[0].for_tower(PAD) for text in captions], np.int32)


def numbers(example: Example, scored: bool) -> tuple[float, ...]:
    """Original size, crop, then target size or score, in the order of the published conditioning."""
    last = (example.detail,) if scored else example.target
    return (*example.original, *example.crop, *last)


def _disturbed(ids: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    """A caption, or the empty one, or the caption with a few random words behind it."""
    draw = rng.random()
    if draw < EMPTY_ODDS:
        return np.asarray(EMPTY_IDS, np.int32)
    if draw > 1 - FILLER_ODDS:
        return _lengthened(ids, rng)
    return ids


def _lengthened(ids: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    end = int(np.argmax(ids == EOS))
    count = min(int(rng.integers(1, FILLERS + 1)), CAPACITY + 1 - end)
    longer = np.full(WINDOW, PAD, np.int32)
    longer[:end] = ids[:end]
    longer[end : end + count] = rng.integers(FIRST_WORD, EOS - 1, size=count)
    longer[end + count] = EOS
    return longer
