"""Standardising the first stage changes its latents, not its pictures."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.architecture import VAEConfig
from core.models.vae import VAE
from core.starter.latents import standardise

SMALL = VAEConfig(channels=32, channel_mult=(1, 1, 1, 1), res_blocks=1)


@pytest.fixture
def vae() -> VAE:
    torch.manual_seed(0)
    return VAE(SMALL).eval()


@torch.no_grad()
def test_latents_get_mean_zero_and_unit_deviation(vae: VAE) -> None:
    pixels = torch.rand(4, 3, 32, 32) * 2 - 1
    standardise(vae, vae.encode(pixels)[0])
    scaled = vae.encode(pixels)[0] * vae.config.scale
    torch.testing.assert_close(scaled.mean((0, 2, 3)), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(scaled.std((0, 2, 3)), torch.ones(4), atol=1e-3, rtol=0)


@torch.no_grad()
def test_pictures_stay_the_same(vae: VAE) -> None:
    pixels = torch.rand(2, 3, 32, 32) * 2 - 1
    before = vae.decode(vae.encode(pixels)[0])
    standardise(vae, vae.encode(pixels)[0])
    torch.testing.assert_close(vae.decode(vae.encode(pixels)[0]), before, atol=1e-4, rtol=1e-3)


@torch.no_grad()
def test_the_noise_of_the_posterior_grows_with_its_mean(vae: VAE) -> None:
    pixels = torch.rand(2, 3, 32, 32) * 2 - 1
    mean, logvar = vae.encode(pixels)
    standardise(vae, mean)
    scaled, scaled_logvar = vae.encode(pixels)
    torch.testing.assert_close(_ratio(scaled, scaled_logvar), _ratio(mean, logvar), atol=1e-2, rtol=1e-3)


def _ratio(mean: Tensor, logvar: Tensor) -> Tensor:
    """Signal over noise of each channel."""
    return mean.std((0, 2, 3)) / (0.5 * logvar).exp().mean((0, 2, 3))
