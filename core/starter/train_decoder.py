"""The second half of the first stage's training: `python -m core.starter.train_decoder --minutes 40`.

Once the encoder is good enough it is frozen and its latents are written down. From then on the denoising networks
learn on those latents while the decoder goes on learning to draw them, which costs half of what training both did;
the two can run at the same time. The latents are noised a little, as those of a denoising network are never quite a
picture's.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from core.starter.critic import Critic
from core.starter.dataset import BUCKETS, paths
from core.starter.latents import STANDARDISED, latents_path, standardised_vae
from core.starter.optimiser import Muon, split_parameters
from core.starter.train_vae import AVERAGE_DECAY, drawing_loss
from core.starter.training import TRAINING_FOLDER, Average, learn, load_state, rate, save_state, set_rate

NOISE: Final = 0.2
"""Largest standard deviation of the noise on scaled latents."""

OPINION: Final = 0.5
"""Weight of what the critic says, after it has been made as large as the drawing loss."""

SHAPES: Final = ((16, 8), (6, 16), (2, 32))
"""(pictures, cells) of consecutive batches: windows of `cells` × `cells`, the last whole pictures."""


def windows(rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless (scaled latents [B, 4, s, s], pixels [B, 3, 8s, 8s] in [-1, 1])."""
    latents = np.load(latents_path("high", BUCKETS[0]), mmap_mode="r")
    pictures = np.load(paths("high", BUCKETS[0])[0], mmap_mode="r")
    while True:
        for count, cells in SHAPES:
            pairs = [window(latents[row], pictures[row], cells, rng) for row in rng.integers(len(latents), size=count)]
            drawn = torch.from_numpy(np.stack([pair[1] for pair in pairs])).permute(0, 3, 1, 2) / 127.5 - 1
            yield torch.from_numpy(np.stack([pair[0] for pair in pairs]).astype(np.float32)), drawn


def window(
    latents: NDArray[np.float16], picture: NDArray[np.uint8], cells: int, rng: np.random.Generator
) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
    top, left = (int(rng.integers(size - cells + 1)) for size in latents.shape[1:])
    part = picture[8 * top : 8 * (top + cells), 8 * left : 8 * (left + cells)]
    return latents[:, top : top + cells, left : left + cells], part


class Run:
    """The decoder in training, with a clock that the learning rate follows."""

    def __init__(self, minutes: float, matrix_rate: float, plain_rate: float) -> None:
        torch.manual_seed(0)
        self.vae = standardised_vae()
        self.decoder = nn.ModuleList([self.vae.post_quant_conv, self.vae.decoder])
        self.decoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.decoder, AVERAGE_DECAY)
        matrices, rest = split_parameters(self.decoder, plain=("conv_in", "conv_out", "0.weight"))
        self.optimisers = (Muon(matrices, lr=matrix_rate), torch.optim.Adam(rest, lr=plain_rate, betas=(0.9, 0.99)))
        self.critic = Critic().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.seconds = 60 * minutes
        self.clock = 0.0
        self.count = 0

    def step(self, latents: Tensor, pixels: Tensor) -> float:
        """One step; returns the mean squared error."""
        started = time.thread_time()
        set_rate(self.optimisers, rate(self.clock / self.seconds))
        noised = latents + NOISE * torch.rand(len(latents), 1, 1, 1) * torch.randn_like(latents)
        with torch.autocast("cpu", torch.bfloat16):
            decoded = self.vae.decode(noised / self.vae.config.scale).float()
        drawing = drawing_loss(decoded, pixels)
        opinion = self.critic.weighed(decoded, drawing, self.vae.decoder.conv_out.weight)
        learn(self.decoder, self.optimisers, drawing + OPINION * opinion)
        self.critic.learn(decoded, pixels)
        self.average.update(self.decoder, self.count)
        self.count += 1
        self.clock += time.thread_time() - started
        return float((decoded.detach() - pixels).square().mean())

    def write_vae(self) -> None:
        """The whole first stage, with the averaged decoder, where `standardised_vae` finds it."""
        shown = standardised_vae()
        nn.ModuleList([shown.post_quant_conv, shown.decoder]).load_state_dict(self.average.weights)
        save_file(shown.state_dict(), STANDARDISED)


def train(run: Run) -> None:
    state = TRAINING_FOLDER / "decoder.safetensors"
    if state.exists():
        run.clock, run.count = load_state(state, run.decoder, run.average)
    squares: list[float] = []
    saved = run.clock
    for latents, pixels in windows(np.random.default_rng(run.count)):
        squares.append(run.step(latents, pixels))
        if run.count % 20 == 0:
            print(
                f"{run.clock / 60:6.1f} min  step {run.count:6d}  {-10 * np.log10(np.mean(squares) / 4):5.2f} dB",
                flush=True,
            )
            squares.clear()
        done = run.clock > run.seconds
        if done or run.clock - saved > 60:
            save_state(state, run.decoder, run.average, run.clock, run.count)
            run.write_vae()
            saved = run.clock
        if done:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--matrix-rate", type=float, default=3e-3)
    parser.add_argument("--plain-rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(Run(options.minutes, options.matrix_rate, options.plain_rate))


if __name__ == "__main__":
    main()
