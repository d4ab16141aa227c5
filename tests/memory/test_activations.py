"""What a pass takes and how many operations it has, against networks that really compute, and published counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from core.architecture import BASE_UNET, REFINER_UNET, SDXL_VAE, UNetConfig, VAEConfig
from core.memory.activations import course_bytes, decoder_activations, unet_activations
from core.memory.flops import decoder_flops, unet_flops
from core.memory.form import Form
from core.memory.residency import widened_bytes
from core.models.course import Course, KeysAndValues
from core.models.unet import UNet
from core.models.vae import VAE
from core.pipeline.opening import unet_in_eight_bits
from tests.memory.live_bytes import most_live_bytes

META = torch.device("meta")
SMALL = UNetConfig(
    model_channels=64,
    channel_mult=(1, 2, 3),
    res_blocks=1,
    input_depth=(0, 1, 1),
    middle_depth=0,
    output_depth=(1, 1, 1, 1, 0, 0),
    context_dim=128,
    vector_dim=1600,
)
NARROW_VAE = VAEConfig(channels=16, channel_mult=(1, 2, 4, 8), res_blocks=1, groups=4)
CLOSE = (0.97, 1.25)
"""Counted ÷ made. A network that lets go earlier than was counted costs room; one that keeps more would cost runs."""


@pytest.mark.parametrize(
    ("config", "height", "width"),
    [(BASE_UNET, 128, 128), (SMALL, 32, 48)],
)
def test_activations_of_a_unet_are_counted(config: UNetConfig, height: int, width: int) -> None:
    with META:
        unet = UNet(config).half().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        latents = torch.empty(2, 4, height, width, dtype=torch.half)
        context = torch.empty(2, 77, config.context_dim, dtype=torch.half)
        vector = torch.empty(2, config.vector_dim, dtype=torch.half)
        made = most_live_bytes(unet, lambda: unet(latents, torch.empty(2), context, vector))
    assert CLOSE[0] <= unet_activations(config, height, width, 2, 2) / made <= CLOSE[1]


class Kept(Course):
    """Adds up what passes leave for each other."""

    bytes: int = 0

    def once(self, attention: nn.Module, make: Callable[[Tensor], KeysAndValues]) -> KeysAndValues:
        made = super().once(attention, make)
        self.bytes += sum(tensor.nbytes for tensor in made)
        return made


@pytest.mark.parametrize("config", [BASE_UNET, REFINER_UNET, SMALL], ids=["base", "refiner", "small"])
def test_what_passes_leave_for_each_other_is_counted(config: UNetConfig) -> None:
    with META:
        unet = UNet(config).half()
        course = Kept(torch.empty(2, 2 * 77, config.context_dim, dtype=torch.half), keeps_deep=True)
        vector = torch.empty(2, config.vector_dim, dtype=torch.half)
        unet(torch.empty(2, 4, 32, 48, dtype=torch.half), torch.empty(2), course, vector)
    assert course.deep is not None
    assert course_bytes(config, 32, 48, 2, 2, 2, deep=False) == course.bytes
    assert course_bytes(config, 32, 48, 2, 2, 2, deep=True) == course.bytes + course.deep.nbytes


@pytest.mark.parametrize(("config", "height", "width"), [(BASE_UNET, 128, 128), (SMALL, 8, 16)])
def test_what_is_made_of_weights_in_eight_bits_is_counted(config: UNetConfig, height: int, width: int) -> None:
    """Few cells, too, beside which a single weight is large."""
    with META:
        unet = unet_in_eight_bits(config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        latents = torch.empty(2, 4, height, width, dtype=torch.half)
        context = torch.empty(2, 77, config.context_dim, dtype=torch.half)
        vector = torch.empty(2, config.vector_dim, dtype=torch.half)
        made = most_live_bytes(unet, lambda: unet(latents, torch.empty(2), context, vector))
    counted = unet_activations(config, height, width, 2, 2) + widened_bytes(config, Form(2, eight_bits=True))
    assert CLOSE[0] <= counted / made


@pytest.mark.parametrize(("config", "cells"), [(SDXL_VAE, 128), (NARROW_VAE, 32)])
def test_activations_of_a_decoder_are_counted(config: VAEConfig, cells: int) -> None:
    with META:
        vae = VAE(config).half().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        latents = torch.empty(1, 4, cells, cells, dtype=torch.half)
        made = most_live_bytes(vae, lambda: vae.decode(latents))
    assert CLOSE[0] <= decoder_activations(config, cells, cells, 2) / made <= CLOSE[1]


@pytest.mark.parametrize(
    ("config", "size", "teraflops"),
    [
        (BASE_UNET, (64, 64), 1.589),
        (BASE_UNET, (104, 152), 6.500),
        (BASE_UNET, (128, 128), 6.761),
        (REFINER_UNET, (96, 96), 3.822),
        (REFINER_UNET, (128, 128), 7.286),
    ],
)
def test_operations_are_those_that_were_published(config: UNetConfig, size: tuple[int, int], teraflops: float) -> None:
    assert unet_flops(config, *size) == pytest.approx(teraflops * 1e12, rel=1e-3)


def test_a_decoder_has_three_quarters_of_a_step_of_operations() -> None:
    assert decoder_flops(SDXL_VAE, 128, 128) == pytest.approx(10.470e12, rel=1e-3)
