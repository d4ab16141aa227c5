"""The first stage computes what diffusers' does, both ways, whatever its widths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from core.architecture import VAEConfig
from core.models.vae import VAE
from tests.models.twins import channels_last, relative_error, vae_twin
from tests.tiny import filled

SMALL = 1e-5

PUBLISHED = VAEConfig(channels=32, channel_mult=(1, 2, 4, 4), res_blocks=2)
SHAPES = {
    "published proportions": PUBLISHED,
    "one block": replace(PUBLISHED, channel_mult=(1, 1, 2, 2), res_blocks=1),
    "narrow, fewer groups": VAEConfig(channels=16, channel_mult=(1, 2, 2, 4), res_blocks=1, groups=8),
}


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def network(config: VAEConfig, seed: int = 1) -> VAE:
    vae = filled(VAE(config), seed)
    assert isinstance(vae, VAE)
    return vae


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES.keys())
def test_decodes_what_diffusers_decodes(config: VAEConfig) -> None:
    vae, latents = network(config), noise(2, 4, 6, 10)
    expected = vae_twin(vae).decode(latents).sample
    assert expected.shape == (2, 3, 48, 80)
    assert relative_error(vae.decode(latents), expected) <= SMALL


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES.keys())
def test_encodes_what_diffusers_encodes(config: VAEConfig) -> None:
    vae, pixels = network(config), noise(2, 3, 48, 80).clamp(-1, 1)
    posterior = vae_twin(vae).encode(pixels).latent_dist
    mean, logvar = vae.encode(pixels)
    assert relative_error(mean, posterior.mean) <= SMALL
    assert relative_error(logvar, posterior.logvar) <= SMALL


def test_the_posterior_stays_within_reason() -> None:
    vae = network(PUBLISHED)
    vae.quant_conv.weight.mul_(1e4)
    _, logvar = vae.encode(noise(1, 3, 16, 24))
    assert (float(logvar.min()), float(logvar.max())) == (-30.0, 20.0)


def test_memory_layouts_agree() -> None:
    vae, latents, pixels = network(PUBLISHED), noise(1, 4, 6, 10), noise(1, 3, 48, 80)
    decoded, encoded = vae.decode(latents), vae.encode(pixels)[0]
    vae = channels_last(vae)
    assert relative_error(vae.decode(latents.contiguous(memory_format=torch.channels_last)), decoded) <= SMALL
    assert relative_error(vae.encode(pixels.contiguous(memory_format=torch.channels_last))[0], encoded) <= SMALL


@pytest.mark.parametrize("stored", [torch.bfloat16, torch.float16])
def test_narrow_weights_under_wide_activations(stored: torch.dtype) -> None:
    vae, latents = network(PUBLISHED), noise(1, 4, 6, 10)
    expected = vae.decode(latents)
    result = vae.to(stored).decode(latents)
    assert result.dtype == torch.float32
    assert relative_error(result, expected) <= 0.03
    assert torch.equal(result, vae.to(torch.float32).decode(latents))


def test_attention_in_shares_is_the_same_attention(monkeypatch: pytest.MonkeyPatch) -> None:
    vae, latents = network(PUBLISHED), noise(2, 4, 6, 10)
    whole = vae.decode(latents)
    monkeypatch.setattr("core.models.vae.MOST_SCORES", 1000)
    assert relative_error(vae.decode(latents), whole) <= 1e-6
