"""A small network that says what a poster shows: subject, colour and time of day. It judges the starter model.

Trained on the rendered examples, never on generated pictures; its own accuracy on rendered pictures is stated
beside every verdict, because nothing can be followed more surely than it can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.starter.dataset import Example, load_words, paths
from core.starter.posters import render
from core.starter.scene import COLOURS, SUBJECTS, TIMES, Scene, sample_scene
from core.starter.training import TRAINING_FOLDER

SIDE: Final = 64
BATCH: Final = 64
RATE: Final = 2e-3
STATE: Final = TRAINING_FOLDER / "judge.safetensors"


class Verdict(NamedTuple):
    """Shares of pictures whose subject, colour, time of day, and all three are what was asked for."""

    subject: float
    colour: float
    time: float
    all: float


class Judge(nn.Module):
    """Four strided convolutions and one linear layer for all three questions."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 64, 128, 128)
        self.layers = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(8, after), nn.SiLU())
                for before, after in pairwise(widths)
            )
        )
        cells = (SIDE // 16) ** 2
        self.answer = nn.Linear(widths[-1] * cells, len(SUBJECTS) + len(COLOURS) + len(TIMES))

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Scores of subjects, colours and times [B, 12], [B, 8], [B, 4] from pixels [B, 3, 64, 64] in [-1, 1]."""
        answers = self.answer(self.layers(pixels).flatten(1))
        return cast(tuple[Tensor, ...], answers.split((len(SUBJECTS), len(COLOURS), len(TIMES)), dim=1))


def labels(scenes: Sequence[Scene]) -> Tensor:
    """Right answers [B, 3] to the three questions."""
    rows = [(SUBJECTS.index(one.subject), COLOURS.index(one.colour), TIMES.index(one.time)) for one in scenes]
    return torch.tensor(rows)


def prepared(pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures [B, h, w, 3] of any frame as the judge sees them: the middle square, 64 × 64."""
    height, width = pictures.shape[1:3]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pictures[:, top : top + side, left : left + side]
    small = [np.asarray(Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.BOX)) for one in square]
    return torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 127.5 - 1


def judge(network: Judge, pictures: NDArray[np.uint8], scenes: Sequence[Scene]) -> Verdict:
    """How many of the pictures [B, h, w, 3] show what their scenes say."""
    with torch.no_grad():
        answers = torch.stack([scores.argmax(dim=1) for scores in network(prepared(pictures))], dim=1)
    right = answers == labels(scenes)
    subject, colour, hour = right.float().mean(dim=0).tolist()
    return Verdict(subject, colour, hour, float(right.all(dim=1).float().mean()))


def trained_judge(minutes: float = 4.0) -> Judge:
    """The judge on disk; trained for some minutes and kept there if there is none."""
    network = Judge()
    if STATE.exists():
        network.load_state_dict(load_file(STATE))
    else:
        _train(network, minutes)
        _keep(network, STATE)
    return network.eval()


def _keep(network: Judge, path: Path) -> None:
    save_file(network.state_dict(), path)


def _train(network: Judge, minutes: float) -> None:
    """On the rendered examples of the low resolution, mirrored half of the time, with Adam."""
    pixels, examples = _material()
    answers = labels([example.scene for example in examples])
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    started = time.monotonic()
    while (progress := (time.monotonic() - started) / (60 * minutes)) < 1.0:
        optimiser.param_groups[0]["lr"] = RATE * (1.0 - progress)
        rows = torch.randint(len(pixels), (BATCH,))
        batch = pixels[rows].float() / 127.5 - 1
        if torch.rand(()) < 0.5:
            batch = batch.flip(-1)
        scores = network(batch + 0.05 * torch.randn_like(batch))
        loss = sum((F.cross_entropy(one, answers[rows, index]) for index, one in enumerate(scores)), torch.zeros(()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def _material() -> tuple[Tensor, list[Example]]:
    """The rendered examples of the low resolution, halved: uint8 [N, 3, 64, 64], and what they show."""
    pictures = np.load(paths("low", (128, 128))[0], mmap_mode="r")
    count = len(pictures)
    halved = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for start in range(0, count, 500):
        part = np.asarray(pictures[start : start + 500], np.float32)
        halved[start : start + 500] = part.reshape(len(part), SIDE, 2, SIDE, 2, 3).mean(axis=(2, 4)).round()
    return torch.from_numpy(halved).permute(0, 3, 1, 2).contiguous(), load_words("low", (128, 128))


def rendered(count: int, held_out: bool, seed: int, side: int = 128) -> tuple[NDArray[np.uint8], list[Scene]]:
    """Fresh whole posters [count, side, side, 3] and their scenes, to judge the judge with."""
    rng = np.random.default_rng(seed)
    scenes = [sample_scene(rng, held_out) for _ in range(count)]
    return np.stack([np.asarray(render(scene, side, side, rng)) for scene in scenes]), scenes
