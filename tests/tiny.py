"""Small models of the family with random weights: real layers, real files, no meaning."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from core.architecture import SIZE_EMBEDDING_DIM, TextConfig, UNetConfig, VAEConfig
from core.checkpoint.save import save_checkpoint
from core.conditioning.towers import BigG, ClipL
from core.models.unet import UNet
from core.models.vae import VAE

CLIP_L = TextConfig(width=64, layers=2, mlp_width=128, projection=None)
BIGG = TextConfig(width=128, layers=2, mlp_width=256, projection=64)

BASE_UNET = UNetConfig(
    model_channels=64,
    channel_mult=(1, 2),
    res_blocks=1,
    input_depth=(0, 1),
    middle_depth=1,
    output_depth=(1, 1, 0, 0),
    context_dim=CLIP_L.width + BIGG.width,
    vector_dim=64 + 6 * SIZE_EMBEDDING_DIM,
)
REFINER_UNET = UNetConfig(
    model_channels=64,
    channel_mult=(1, 2, 2),
    res_blocks=1,
    input_depth=(0, 1, 0),
    middle_depth=1,
    output_depth=(0, 0, 1, 1, 0, 0),
    context_dim=BIGG.width,
    vector_dim=64 + 5 * SIZE_EMBEDDING_DIM,
)
SMALL_VAE = VAEConfig(channels=32, channel_mult=(1, 1, 1, 1), res_blocks=1)


def filled(network: nn.Module, seed: int) -> nn.Module:
    """Weights that make outputs vary: none is zero, norms are near one."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            near = 1.0 if weight.ndim == 1 and name.endswith("weight") else 0.0
            scale = 0.1 if weight.ndim < 2 else 1.0 / weight.flatten(1).shape[1] ** 0.5
            weight.copy_(near + scale * torch.randn(weight.shape, generator=generator))
    return network.eval()


def write_base(path: Path, dtype: torch.dtype = torch.float32, seed: int = 1) -> Path:
    """A base checkpoint: UNet, VAE, both towers."""
    save_checkpoint(
        path,
        unet=filled(UNet(BASE_UNET), seed),
        vae=filled(VAE(SMALL_VAE), seed + 1),
        clip_l=filled(ClipL(CLIP_L), seed + 2),
        big_g=filled(BigG(BIGG), seed + 3),
        dtype=dtype,
        metadata={"modelspec.resolution": "64x64"},
    )
    return path


def write_refiner(path: Path, dtype: torch.dtype = torch.float32, seed: int = 11) -> Path:
    """A refiner checkpoint: UNet, VAE, the second tower."""
    save_checkpoint(
        path,
        unet=filled(UNet(REFINER_UNET), seed),
        vae=filled(VAE(SMALL_VAE), seed + 1),
        big_g=filled(BigG(BIGG), seed + 3),
        dtype=dtype,
    )
    return path
