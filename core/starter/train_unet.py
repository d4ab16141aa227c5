"""Training of base and refiner: `python -m core.starter.train_unet base|refiner`. Goes on where it was stopped.

The paper's order: low resolution first, then frames of many aspects with offset noise 0.05; noise prediction on the
sigma table of SDXL. Losses are weighted by min-SNR 5 (Hang et al. 2023), matrices learn by Muon, the rest by Adam.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, cast

import numpy as np
import torch
from torch import Tensor, nn

from core.sampling.noise_levels import SDXL_LEVELS
from core.starter import corpus
from core.starter.corpus import Batch, Corpus
from core.starter.dataset import BUCKETS
from core.starter.networks import Speaker, start_quiet
from core.starter.optimiser import Muon, split_parameters
from core.starter.recipes import BASE_UNET, BIGG, CLIP_L, REFINER_LEVELS, REFINER_UNET
from core.starter.training import TRAINING_FOLDER, Average, learn, load_state, save_state, set_rate

SNR_CAP: Final = 5.0
OFFSET_NOISE: Final = 0.05
SAVE_SECONDS: Final = 60
REPORT_STEPS: Final = 20
PLAIN: Final = ("embedding", "label_emb.0.0", "time_embed.0", "input_blocks.0.0", "out.2", "text_projection")
"""Parts of names that Adam trains although they are matrices: their rows or columns are words, waves or channels."""


WARM_UP: Final = 0.02
DECAY_FROM: Final = 0.65
FLOOR: Final = 0.02
AVERAGE_DECAY: Final = 0.993
"""Short: the average must forget the low resolution within the few hundred steps of the high one."""


def rate(progress: float) -> float:
    """Factor of the learning rate at `progress` in 0…1: warm-up, plateau, then straight down. The plateau reaches into
    the high resolution, which has as much to learn."""
    if progress < WARM_UP:
        return max(FLOOR, progress / WARM_UP)
    return max(FLOOR, min(1.0, (1 - progress) / (1 - DECAY_FROM)))


@dataclass(frozen=True)
class Stage:
    """Part of a run: its examples, pictures in a batch, and how long it lasts. The examples are loaded when the stage
    begins, so that those of a later one may still be in the making."""

    minutes: float
    batch: int
    offset: float
    load: Callable[[], tuple[Corpus, ...]]

    @cached_property
    def corpora(self) -> tuple[Corpus, ...]:
        return self.load()

    def draw(self, rng: np.random.Generator) -> Batch:
        sizes = np.asarray([len(examples) for examples in self.corpora], float)
        index = int(rng.choice(len(sizes), p=sizes / sizes.sum()))
        return self.corpora[index].draw(self.batch, rng)


@dataclass(frozen=True)
class Recipe:
    """One of the two models: which noise levels it learns, from an untrained network, in which stages."""

    name: str
    levels: int
    build: Callable[[], Speaker]
    stages: tuple[Stage, ...]

    @property
    def minutes(self) -> float:
        return sum(stage.minutes for stage in self.stages)

    def stage(self, clock: float) -> Stage | None:
        """The stage after `clock` seconds of training; None when all are over."""
        for stage in self.stages:
            if clock < 60 * stage.minutes:
                return stage
            clock -= 60 * stage.minutes
        return None


def base(low_minutes: float, high_minutes: float) -> Recipe:
    low = Stage(low_minutes, 48, 0.0, lambda: (corpus.load("low", (128, 128)),))
    high = Stage(high_minutes, 16, OFFSET_NOISE, lambda: tuple(corpus.load("high", target) for target in BUCKETS))
    return Recipe("base", len(SDXL_LEVELS.sigmas), lambda: Speaker.build(BASE_UNET, BIGG, CLIP_L), (low, high))


def refiner(minutes: float) -> Recipe:
    scored = lambda: tuple(corpus.load("high", target, scored=True) for target in BUCKETS)  # noqa: E731
    build = lambda: Speaker.build(REFINER_UNET, BIGG, None)  # noqa: E731
    return Recipe("refiner", REFINER_LEVELS, build, (Stage(minutes, 16, OFFSET_NOISE, scored),))


def objective(speaker: nn.Module, batch: Batch, levels: int, offset: float) -> Tensor:
    """Weighted squared error of the predicted noise, at random ones of the lowest `levels` noise levels. Layers run in
    bfloat16, which halves a step on a processor with matrix units; what is compared is float32."""
    count = len(batch.latents)
    times = torch.randint(levels, (count,))
    sigmas = torch.tensor(SDXL_LEVELS.sigmas)[times].view(-1, 1, 1, 1)
    noise = torch.randn_like(batch.latents) + offset * torch.randn(*batch.latents.shape[:2], 1, 1)
    noisy = (batch.latents + sigmas * noise) / (1 + sigmas.square()).sqrt()
    with torch.autocast("cpu", torch.bfloat16):
        predicted = speaker(noisy.contiguous(memory_format=torch.channels_last), times.float(), batch)
    error = predicted.float() - noise
    weight = (SNR_CAP * sigmas.square()).clamp(max=1.0)
    return cast(Tensor, (weight * error.square()).mean())


class Run:
    """A network in training, its average, its optimisers and its clock."""

    def __init__(self, recipe: Recipe, matrix_rate: float, plain_rate: float) -> None:
        torch.manual_seed(0)
        self.recipe = recipe
        self.speaker = recipe.build()
        start_quiet(self.speaker.unet)
        self.speaker.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.speaker, AVERAGE_DECAY)
        matrices, rest = split_parameters(self.speaker, plain=PLAIN)
        self.optimisers = (
            Muon(matrices, lr=matrix_rate),
            torch.optim.Adam(rest, lr=plain_rate, betas=(0.9, 0.99), fused=True),
        )
        self.clock = 0.0
        self.count = 0

    @property
    def path(self) -> Path:
        return TRAINING_FOLDER / f"{self.recipe.name}.safetensors"

    def resume(self) -> None:
        """Go on from the state on disk, if there is one. Momentum starts anew."""
        if self.path.exists():
            self.clock, self.count = load_state(self.path, self.speaker, self.average)
            torch.manual_seed(self.count)

    def save(self) -> None:
        save_state(self.path, self.speaker, self.average, self.clock, self.count)

    def step(self, batch: Batch, offset: float) -> float:
        set_rate(self.optimisers, rate(self.clock / (60 * self.recipe.minutes)))
        loss = objective(self.speaker, batch, self.recipe.levels, offset)
        learn(self.speaker, self.optimisers, loss)
        self.average.update(self.speaker, self.count)
        self.count += 1
        return float(loss.detach())


def train(run: Run) -> None:
    """Until the recipe's minutes are over. They are those of a processor: while others have it, nothing is learnt."""
    rng = np.random.default_rng(run.count)
    losses: list[float] = []
    saved = run.clock
    while (stage := run.recipe.stage(run.clock)) is not None:
        started = time.thread_time()
        losses.append(run.step(stage.draw(rng), stage.offset))
        run.clock += time.thread_time() - started
        if run.count % REPORT_STEPS == 0:
            print(f"{run.clock / 60:6.1f} min  step {run.count:6d}  loss {np.mean(losses):.4f}", flush=True)
            losses.clear()
        if run.clock - saved > SAVE_SECONDS:
            run.save()
            saved = run.clock
    run.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=("base", "refiner"))
    parser.add_argument("--low-minutes", type=float, default=42)
    parser.add_argument("--high-minutes", type=float, default=15)
    parser.add_argument("--refiner-minutes", type=float, default=15)
    parser.add_argument("--matrix-rate", type=float, default=2.5e-3)
    parser.add_argument("--plain-rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    is_base = options.model == "base"
    recipe = base(options.low_minutes, options.high_minutes) if is_base else refiner(options.refiner_minutes)
    run = Run(recipe, options.matrix_rate, options.plain_rate)
    run.resume()
    train(run)


if __name__ == "__main__":
    main()
