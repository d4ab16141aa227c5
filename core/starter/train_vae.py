"""Training of the starter's first stage: `python -m core.starter.train_vae --minutes 60`.

Small crops for speed, whole pictures among them (otherwise colours shift: group statistics of a crop are not those of a
picture), L1 on pixels and on their gradients, a very small KL weight, EMA weights. Resumes where it was stopped.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.architecture import VAEConfig
from core.models.vae import VAE
from core.starter.dataset import BUCKETS, paths
from core.starter.optimiser import Muon, split_parameters
from core.starter.training import TRAINING_FOLDER, Average, learn, load_state, rate, save_state, set_rate

CONFIG = VAEConfig(channels=16, channel_mult=(1, 2, 4, 8), res_blocks=1, groups=4)
KL_WEIGHT = 2e-5
GRADIENT_WEIGHT = 1.0
HUE_WEIGHT = 2.0
REPEAT_WEIGHT = 0.02
AVERAGE_DECAY = 0.995
SHAPES = ((32, 64), (8, 128), (2, 256))
"""(pictures, side) of consecutive batches: small crops, then larger windows, the last of whole pictures."""


def batches(pictures: NDArray[np.uint8], rng: np.random.Generator) -> Iterator[Tensor]:
    """Endless batches [B, 3, S, S] in [-1, 1] from pictures [N, 256, 256, 3]."""
    while True:
        for count, side in SHAPES:
            windows = [window(pictures[index], side, rng) for index in rng.integers(len(pictures), size=count)]
            yield torch.from_numpy(np.stack(windows)).permute(0, 3, 1, 2) / 127.5 - 1


def window(picture: NDArray[np.uint8], side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random square of a picture, at full size or, where it is large enough, halved."""
    if 2 * side <= picture.shape[0] and rng.random() < 0.5:
        halved = picture.reshape(picture.shape[0] // 2, 2, picture.shape[1] // 2, 2, 3).mean(axis=(1, 3))
        picture = np.rint(halved).astype(np.uint8)
    top, left = (int(rng.integers(size - side + 1)) for size in picture.shape[:2])
    flip = -1 if rng.random() < 0.5 else 1
    return picture[top : top + side, left : left + side][:, ::flip]


def loss(vae: nn.Module, pixels: Tensor) -> tuple[Tensor, float]:
    """(what is minimised, mean squared error) of a batch; layers run in bfloat16, what is compared is float32."""
    with torch.autocast("cpu", torch.bfloat16):
        mean, logvar = (half.float() for half in vae.encode(pixels))  # type: ignore[operator]
        latents = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
        decoded = vae.decode(latents).float()  # type: ignore[operator]
    kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    squared = float((decoded.detach() - pixels).square().mean())
    return drawing_loss(decoded, pixels) + KL_WEIGHT * kl + REPEAT_WEIGHT * repetition(mean), squared


def repetition(means: Tensor) -> Tensor:
    """How much the channels of latents [B, 4, h, w] say the same: their squared correlations, summed. A first stage
    this small otherwise spends two channels on brightness and has none left for the second hue."""
    channels = means.transpose(0, 1).flatten(1)
    channels = channels - channels.mean(dim=1, keepdim=True)
    unit = channels / (channels.norm(dim=1, keepdim=True) + 1e-6)
    return cast(Tensor, (unit @ unit.T - torch.eye(len(unit))).square().sum())


def drawing_loss(decoded: Tensor, pixels: Tensor) -> Tensor:
    """Absolute error of pixels, of their hues, and of their differences along both axes: a small network would rather
    print everything grey, and soft, than be wrong."""
    error = decoded - pixels
    hue = error - error.mean(dim=1, keepdim=True)
    slopes = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
    return error.abs().mean() + HUE_WEIGHT * hue.abs().mean() + GRADIENT_WEIGHT * slopes


class Run:
    """One training run: network, average, optimisers, and the clock that the learning rate follows."""

    def __init__(self, minutes: float, peak_matrix: float, peak_plain: float) -> None:
        torch.manual_seed(0)
        self.vae = VAE(CONFIG).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.vae, AVERAGE_DECAY)
        matrices, rest = split_parameters(self.vae, plain=("conv_in", "conv_out", "quant_conv"))
        self.optimisers = (
            Muon(matrices, lr=peak_matrix),
            torch.optim.Adam(rest, lr=peak_plain, betas=(0.9, 0.99)),
        )
        self.minutes = minutes
        self.clock = 0.0
        self.count = 0

    def step(self, pixels: Tensor) -> float:
        started = time.thread_time()
        set_rate(self.optimisers, rate(self.clock / (60 * self.minutes)))
        objective, squared = loss(self.vae, pixels)
        learn(self.vae, self.optimisers, objective)
        self.average.update(self.vae, self.count)
        self.count += 1
        self.clock += time.thread_time() - started
        return squared


def train(minutes: float, peak_matrix: float = 4e-3, peak_plain: float = 2e-3, name: str = "vae") -> None:
    pictures = np.load(paths("high", BUCKETS[0])[0], mmap_mode="r")
    run = Run(minutes, peak_matrix, peak_plain)
    state = TRAINING_FOLDER / f"{name}.safetensors"
    if state.exists():
        run.clock, run.count = load_state(state, run.vae, run.average)
    squares: list[float] = []
    saved = run.clock
    for pixels in batches(pictures, np.random.default_rng(run.count)):
        squares.append(run.step(pixels))
        if run.count % 50 == 0:
            psnr = -10 * np.log10(np.mean(squares) / 4)
            print(f"{run.clock / 60:6.1f} min  step {run.count:6d}  {psnr:5.2f} dB", flush=True)
            squares.clear()
        done = run.clock > 60 * minutes
        if done or run.clock - saved > 180:
            save_state(state, run.vae, run.average, run.clock, run.count)
            saved = run.clock
        if done:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--matrix-rate", type=float, default=4e-3)
    parser.add_argument("--plain-rate", type=float, default=2e-3)
    parser.add_argument("--name", default="vae")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options.minutes, options.matrix_rate, options.plain_rate, options.name)


if __name__ == "__main__":
    main()
