"""Training pictures as latents: encoded once, because they are asked for thousands of times.

`python -m core.starter.latents` reads `.training/vae.safetensors` and the pre-rendered pictures, writes the
standardised first stage and one array of latents for each frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.models.vae import VAE
from core.starter.dataset import BUCKETS, Size, paths
from core.starter.train_vae import CONFIG
from core.starter.training import TRAINING_FOLDER, averaged_weights

STANDARDISED = TRAINING_FOLDER / "vae-standardised.safetensors"
SAMPLE = 256
"""Pictures whose latents give the statistics of a channel."""


def trained_vae() -> VAE:
    """The first stage with the averaged weights of its training."""
    vae = VAE(CONFIG)
    vae.load_state_dict(averaged_weights(TRAINING_FOLDER / "vae.safetensors"))
    return vae.eval()


def standardised_vae() -> VAE:
    """The first stage whose latents the denoising networks are trained on."""
    vae = VAE(CONFIG)
    vae.load_state_dict(load_file(STANDARDISED))
    return vae.eval()


@torch.no_grad()
def standardise(vae: VAE, means: Tensor, logvars: Tensor) -> None:
    """Whiten latents by the statistics of posteriors [N, 4, h, w], inside the 1 × 1 convolutions on both sides of them.

    Afterwards scaled channels have mean 0, deviation 1 and no correlation, at the scale that every SDXL checkpoint has;
    decoded pictures stay the same. A small first stage tends to say one thing in two channels and the details in their
    small difference, which noise would drown. The spread of a posterior becomes its mean, one number for each channel.
    """
    channels = vae.config.latent_channels
    cells = means.movedim(1, -1).flatten(0, -2).double()
    mean, whitener = cells.mean(0).float(), _whitener(torch.cov(cells.T)) / vae.config.scale
    inward, outward = vae.quant_conv, vae.post_quant_conv
    bias_in, bias_out = _bias(inward), _bias(outward)
    bias_out.add_(outward.weight[:, :, 0, 0] @ mean)
    outward.weight.copy_((outward.weight[:, :, 0, 0] @ torch.linalg.inv(whitener))[:, :, None, None])
    inward.weight[:channels] = torch.einsum("ij,jkhw->ikhw", whitener, inward.weight[:channels])
    bias_in[:channels] = whitener @ (bias_in[:channels] - mean)
    inward.weight[channels:] = 0.0
    bias_in[channels:] = (whitener.square() @ logvars.exp().mean((0, 2, 3))).log()


def _whitener(covariance: Tensor) -> Tensor:
    """The symmetric inverse square root of a covariance [C, C]."""
    values, vectors = torch.linalg.eigh(covariance)
    return cast(Tensor, vectors * values.rsqrt() @ vectors.T).float()


def _bias(layer: torch.nn.Conv2d) -> Tensor:
    if layer.bias is None:
        raise TypeError("the published layer has a bias")
    return layer.bias


@torch.no_grad()
def encode(vae: VAE, pictures: NDArray[np.uint8], batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Posterior means and log variances, each [b, 4, h, w], unscaled, of pictures [N, H, W, 3]; layers in bfloat16."""
    for start in range(0, len(pictures), batch):
        pixels = torch.from_numpy(np.array(pictures[start : start + batch])).permute(0, 3, 1, 2)
        with torch.autocast("cpu", torch.bfloat16):
            means, logvars = vae.encode(pixels.float() / 127.5 - 1)
        yield means.float(), logvars.float()


def latents_path(name: str, target: Size) -> Path:
    return paths(name, target)[0].with_suffix(".latents.npy")


def write_latents(vae: VAE, name: str, target: Size) -> None:
    """Scaled latents [N, 4, h, w] of the pre-rendered pictures of a frame, in half precision."""
    pictures = np.load(paths(name, target)[0], mmap_mode="r")
    shape = (len(pictures), vae.config.latent_channels, target[0] // 8, target[1] // 8)
    latents = open_memmap(latents_path(name, target), mode="w+", dtype=np.float16, shape=shape)
    start = 0
    for means, _ in encode(vae, pictures, batch=max(1, 16 * 128**2 // (target[0] * target[1]))):
        latents[start : start + len(means)] = (means * vae.config.scale).numpy()
        start += len(means)
    latents.flush()


def colours_of_latents(name: str, target: Size, count: int = SAMPLE) -> NDArray[np.float64]:
    """A linear preview [4 + 1, 3] fitted to pictures of a frame: RGB in [-1, 1] of each channel, then the bias."""
    pictures = np.load(paths(name, target)[0], mmap_mode="r")[:count].astype(np.float64) / 127.5 - 1
    cells = pictures.reshape(-1, target[0] // 8, 8, target[1] // 8, 8, 3).mean(axis=(2, 4)).reshape(-1, 3)
    latents = np.load(latents_path(name, target), mmap_mode="r")[:count].astype(np.float64)
    known = np.moveaxis(latents, 1, -1).reshape(len(cells), -1)
    fitted, *_ = np.linalg.lstsq(np.column_stack([known, np.ones(len(known))]), cells, rcond=None)
    return np.asarray(fitted)


def main() -> None:
    vae = trained_vae()
    pictures = np.load(paths("high", BUCKETS[0])[0], mmap_mode="r")[:SAMPLE]
    means, logvars = zip(*encode(vae, pictures, batch=4), strict=True)
    standardise(vae, torch.cat(means), torch.cat(logvars))
    save_file(vae.state_dict(), STANDARDISED)
    write_latents(vae, "low", (128, 128))
    for target in BUCKETS:
        write_latents(vae, "high", target)
        print(f"{target[0]} × {target[1]}", flush=True)


if __name__ == "__main__":
    main()
