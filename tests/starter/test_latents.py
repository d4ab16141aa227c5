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


@pytest.fixture
def pixels() -> Tensor:
    return torch.rand(4, 3, 64, 64) * 2 - 1


@torch.no_grad()
def test_scaled_latents_become_white(vae: VAE, pixels: Tensor) -> None:
    standardise(vae, *vae.encode(pixels))
    cells = (vae.encode(pixels)[0] * vae.config.scale).movedim(1, -1).flatten(0, -2)
    torch.testing.assert_close(cells.mean(0), torch.zeros(4), atol=1e-2, rtol=0)
    torch.testing.assert_close(torch.cov(cells.T), torch.eye(4), atol=1e-2, rtol=0)


@torch.no_grad()
def test_pictures_stay_the_same(vae: VAE, pixels: Tensor) -> None:
    before = vae.decode(vae.encode(pixels)[0])
    standardise(vae, *vae.encode(pixels))
    torch.testing.assert_close(vae.decode(vae.encode(pixels)[0]), before, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_the_posterior_keeps_its_spread(vae: VAE, pixels: Tensor) -> None:
    """Noise drawn from the posterior moves decoded latents as much, on average, as before."""
    mean, logvar = vae.encode(pixels)
    before = _inward(vae, (logvar.exp().mean((0, 2, 3))).diag())
    standardise(vae, mean, logvar)
    variance = vae.encode(pixels)[1].exp()
    assert torch.equal(variance, variance[:1, :, :1, :1].expand_as(variance))
    whitened = variance[0, :, 0, 0]
    torch.testing.assert_close(_inward(vae, whitened.diag()).trace(), before.trace(), rtol=1.0, atol=0)


def _inward(vae: VAE, covariance: Tensor) -> Tensor:
    """Covariance of what the decoder is given."""
    weight = vae.post_quant_conv.weight[:, :, 0, 0]
    return weight @ covariance @ weight.T
