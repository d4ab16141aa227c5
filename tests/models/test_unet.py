"""The UNet computes what diffusers' does, for base, refiner and relatives, whatever shape and layout its input has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.architecture import UNetConfig
from core.conditioning.micro import vector
from core.models.unet import UNet
from tests.models.twins import channels_last, relative_error, unet_twin
from tests.tiny import filled

SMALL = 1e-5
POOLED = 64

BASE = UNetConfig(
    model_channels=32,
    channel_mult=(1, 2, 4),
    input_depth=(0, 0, 1, 1, 2, 2),
    middle_depth=2,
    output_depth=(2, 2, 2, 1, 1, 1, 0, 0, 0),
    context_dim=96,
    vector_dim=POOLED + 6 * 256,
)
REFINER = replace(
    BASE,
    channel_mult=(1, 2, 4, 4),
    input_depth=(0, 0, 1, 1, 1, 1, 0, 0),
    middle_depth=1,
    output_depth=(0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0),
    context_dim=64,
    vector_dim=POOLED + 5 * 256,
)
ONE_BLOCK = replace(BASE, res_blocks=1, input_depth=(0, 1, 2), output_depth=(2, 2, 1, 1, 0, 0))
RELATIVES = {
    "base": BASE,
    "refiner": REFINER,
    "lopsided, no transformer in the middle": replace(BASE, middle_depth=0, output_depth=(2, 2, 3, 2, 1, 1, 0, 0, 0)),
    "one block, no middle": replace(ONE_BLOCK, middle_depth=None),
    "one block": ONE_BLOCK,
    "inpainting": replace(BASE, in_channels=9),
}

Inputs = tuple[Tensor, Tensor, Tensor, Tensor]


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def network(config: UNetConfig, seed: int = 1) -> UNet:
    unet = filled(UNet(config), seed)
    assert isinstance(unet, UNet)
    return unet


def numbers(config: UNetConfig) -> Tensor:
    """Micro-conditioning of two pictures, all numbers different."""
    count = (config.vector_dim - POOLED) // 256
    return torch.tensor([[96.0, 64, 8, 16, 112, 80], [1024, 768, 0, 3, 6, 512]])[:, :count]


def inputs(config: UNetConfig, height: int = 16, width: int = 24, windows: int = 1) -> Inputs:
    """Latents, fractional and whole times, context and pooled text of two pictures."""
    generator = torch.Generator().manual_seed(7)
    latents = torch.randn(2, config.in_channels, height, width, generator=generator)
    context = torch.randn(2, 77 * windows, config.context_dim, generator=generator)
    return latents, torch.tensor([961.0, 12.375]), context, torch.randn(2, POOLED, generator=generator)


def ours(unet: UNet, latents: Tensor, times: Tensor, context: Tensor, pooled: Tensor) -> Tensor:
    rows = zip(pooled, numbers(unet.config).tolist(), strict=True)
    result: Tensor = unet(latents, times, context, torch.stack([vector(text, told) for text, told in rows]))
    return result


@pytest.mark.parametrize("config", RELATIVES.values(), ids=RELATIVES.keys())
def test_computes_what_diffusers_computes(config: UNetConfig) -> None:
    unet = network(config)
    latents, times, context, pooled = inputs(config)
    told = {"text_embeds": pooled, "time_ids": numbers(config)}
    expected = unet_twin(unet)(latents, times, context, added_cond_kwargs=told).sample
    assert expected.std() > 0.05
    assert relative_error(ours(unet, latents, times, context, pooled), expected) <= SMALL


@pytest.mark.parametrize(("height", "width", "windows"), [(8, 40, 3), (40, 8, 2)])
def test_any_shape_and_any_length_of_prompt(height: int, width: int, windows: int) -> None:
    unet = network(BASE)
    latents, times, context, pooled = inputs(BASE, height, width, windows)
    told = {"text_embeds": pooled, "time_ids": numbers(BASE)}
    expected = unet_twin(unet)(latents, times, context, added_cond_kwargs=told).sample
    assert relative_error(ours(unet, latents, times, context, pooled), expected) <= SMALL


def test_memory_layouts_agree() -> None:
    unet = network(BASE)
    latents, *rest = inputs(BASE)
    expected = ours(unet, latents, *rest)
    relaid = channels_last(unet)
    last = ours(relaid, latents.contiguous(memory_format=torch.channels_last), *rest)
    mixed = ours(relaid, latents, *rest)
    assert relative_error(last, expected) <= SMALL
    assert relative_error(mixed, expected) <= SMALL


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    unet = network(ONE_BLOCK)
    latents, times, context, pooled = inputs(ONE_BLOCK)
    both = ours(unet, latents, times, context, pooled)
    other = latents.clone()
    other[1] = 0
    assert torch.equal(ours(unet, other, times, context, pooled)[0], both[0])


@pytest.mark.parametrize("config", [BASE, REFINER], ids=["base", "refiner"])
@pytest.mark.parametrize(("stored", "near"), [(torch.bfloat16, 0.03), (torch.float16, 0.01)])
def test_narrow_weights_under_wide_activations(config: UNetConfig, stored: torch.dtype, near: float) -> None:
    unet = network(config)
    expected = ours(unet, *inputs(config))
    result = ours(unet.to(stored), *inputs(config))
    assert result.dtype == torch.float32
    assert relative_error(result, expected) <= near


def test_narrow_weights_are_widened_exactly() -> None:
    unet = network(ONE_BLOCK).to(torch.bfloat16)
    result = ours(unet, *inputs(ONE_BLOCK))
    assert torch.equal(result, ours(unet.to(torch.float32), *inputs(ONE_BLOCK)))


@pytest.mark.parametrize("config", RELATIVES.values(), ids=RELATIVES.keys())
def test_the_time_and_every_conditioning_input_matter(config: UNetConfig) -> None:
    unet = network(config)
    given = inputs(config)
    expected = ours(unet, *given)
    for place in range(len(given)):
        changed = list(given)
        changed[place] = given[place] * 0.9
        assert relative_error(ours(unet, *changed), expected) > 1e-4
