"""Pictures from networks in training, in batches, for contact sheets and measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.vae import VAE
from core.sampling.denoiser import Denoiser, denoiser
from core.sampling.guidance import guide
from core.sampling.noise import NoiseSource
from core.sampling.samplers import SAMPLERS
from core.sampling.schedules import Schedule, schedule, split, time_of
from core.starter.corpus import EMPTY_IDS, Batch, token_ids
from core.starter.networks import Speaker

GUIDANCE: Final = 4.0
LOW_SCORE, HIGH_SCORE = 2.5, 7.0
"""Scores the refiner is told for what is not wanted and what is."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a picture is told; sizes are (height, width), the crop (top, left), in pixels."""

    prompt: str
    seed: int
    size: tuple[int, int] = (256, 256)
    original: tuple[int, int] | None = None
    crop: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Painter:
    """A base, a refiner where there is one, and the first stage that both were trained on."""

    base: Speaker
    vae: VAE
    refiner: Speaker | None = None
    steps: int = 25
    handoff: float = 0.8

    @torch.no_grad()
    def paint(self, wishes: Sequence[Wish]) -> NDArray[np.uint8]:
        """Pictures [B, h, w, 3] of wishes of one size."""
        return self.develop(self.latents(wishes))

    @torch.no_grad()
    def latents(self, wishes: Sequence[Wish]) -> Tensor:
        """Scaled latents [B, 4, h/8, w/8] after all steps."""
        whole = schedule("leading", self.steps)
        first, last = split(whole, self.handoff) if self.refiner is not None else (whole, None)
        height, width = wishes[0].size
        source = NoiseSource([wish.seed for wish in wishes], (4, height // 8, width // 8))
        start = source.start() * (1 + whole.sigmas[0] ** 2) ** 0.5
        latents = _run(self.base, start, first, source, wishes, scored=False)
        if self.refiner is None or last is None:
            return latents
        return _run(self.refiner, latents, last, source, wishes, scored=True)

    @torch.no_grad()
    def develop(self, latents: Tensor) -> NDArray[np.uint8]:
        """Pixels [B, h, w, 3] of scaled latents, one at a time to keep memory low."""
        pictures = [self.vae.decode(one[None] / self.vae.config.scale)[0] for one in latents]
        pixels = ((torch.stack(pictures).clamp(-1, 1) + 1) * 127.5).round()
        return pixels.permute(0, 2, 3, 1).to(torch.uint8).numpy()


def _run(
    speaker: Speaker, latents: Tensor, part: Schedule, source: NoiseSource, wishes: Sequence[Wish], scored: bool
) -> Tensor:
    denoise = _guided(speaker, wishes, part, scored)
    for step in SAMPLERS["euler"](denoise, latents, part.sigmas, source):
        latents = step.latents
    return latents


def _guided(speaker: Speaker, wishes: Sequence[Wish], part: Schedule, scored: bool) -> Denoiser:
    """The network with classifier-free guidance against the empty prompt, both sides in one batch."""
    count = len(wishes)
    sides = conditions(wishes, scored)

    def network(scaled: Tensor, time: float, sigma: float) -> Tensor:
        both = speaker(torch.cat([scaled, scaled]), torch.full((2 * count,), time), sides)
        return guide(both[:count], both[count:], GUIDANCE)

    return denoiser(network, "epsilon", time_of(part))


def conditions(wishes: Sequence[Wish], scored: bool) -> Batch:
    """What the network is told: first the wishes, then as many times the empty prompt."""
    wanted = token_ids([wish.prompt for wish in wishes])
    empty = np.tile(np.asarray(EMPTY_IDS, np.int32), (len(wishes), 1))
    numbers = [_numbers(wish, HIGH_SCORE if scored else None) for wish in wishes]
    numbers += [_numbers(wish, LOW_SCORE if scored else None) for wish in wishes]
    return Batch(
        latents=torch.empty(0),
        ids=torch.from_numpy(np.concatenate([wanted, empty])).long(),
        numbers=torch.tensor(numbers, dtype=torch.float32),
        heard=torch.ones(2 * len(wishes), 1, 1),
    )


def _numbers(wish: Wish, score: float | None) -> tuple[float, ...]:
    original = wish.original or wish.size
    last = wish.size if score is None else (score,)
    return (*original, *wish.crop, *last)
