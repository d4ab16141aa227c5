"""A small network that says what a poster shows: subject, colour and time of day. It judges the starter model.

Trained on rendered posters of all combinations, those held out from the model too (a ruler must know all lengths), and
never on generated pictures. Its own accuracy on other rendered posters is stated beside every verdict, because nothing
can be followed more surely than it can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.starter.posters import render
from core.starter.scene import COLOURS, HELD_OUT_SHARE, SUBJECTS, TIMES, Scene, sample_scene
from core.starter.training import TRAINING_FOLDER

SIDE: Final = 64
POSTERS: Final = 9000
"""Of each of the learned and the held-out combinations their share."""
BATCH: Final = 64
STEPS: Final = 3000
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
        widths = (3, 32, 64, 128, 192)
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


def trained_judge() -> Judge:
    """The judge on disk; trained and kept there if there is none, which takes some ten minutes."""
    network = Judge()
    if STATE.exists():
        network.load_state_dict(load_file(STATE))
    else:
        train(network, POSTERS, STEPS)
        save_file(network.state_dict(), STATE)
    return network.eval()


def train(network: Judge, posters: int, steps: int) -> None:
    """On fresh posters, mirrored half of the time and blurred half of the time, with Adam."""
    pixels, answers = _material(posters)
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE, weight_decay=1e-4)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = RATE * (1.0 - step / steps)
        rows = torch.randint(len(pixels), (BATCH,))
        scores = network(_varied(pixels[rows]))
        loss = sum((F.cross_entropy(one, answers[rows, index]) for index, one in enumerate(scores)), torch.zeros(()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def _varied(batch: Tensor) -> Tensor:
    """Mirrored or not, as soft as a small model paints or as crisp as a poster is, and a little noisy."""
    if torch.rand(()) < 0.5:
        batch = batch.flip(-1)
    if torch.rand(()) < 0.5:
        batch = F.interpolate(F.avg_pool2d(batch, 2), scale_factor=2.0, mode="bilinear")
    return batch + 0.05 * torch.randn_like(batch)


def _material(posters: int) -> tuple[Tensor, Tensor]:
    """Posters as the judge sees them [N, 3, 64, 64], and the right answers [N, 3]."""
    held_out = round(posters * HELD_OUT_SHARE)
    parts = [rendered(posters - held_out, False, seed=1), rendered(held_out, True, seed=2)]
    return torch.cat([prepared(pictures) for pictures, _ in parts]), torch.cat([labels(scenes) for _, scenes in parts])


def rendered(count: int, held_out: bool, seed: int, side: int = 128) -> tuple[NDArray[np.uint8], list[Scene]]:
    """Fresh whole posters [count, side, side, 3] and their scenes, to judge the judge with."""
    rng = np.random.default_rng(seed)
    scenes = [sample_scene(rng, held_out) for _ in range(count)]
    return np.stack([np.asarray(render(scene, side, side, rng)) for scene in scenes]), scenes
