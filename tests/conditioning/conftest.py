"""Towers small enough for a test, with weights bold enough that a wrong operation shows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.architecture import TextConfig
from core.conditioning.torchvision_guard import allow_torchvision_without_extension
from core.conditioning.towers import BigG, ClipL

allow_torchvision_without_extension()  # before a test module imports open_clip, transformers or diffusers

SMALL_L = TextConfig(width=64, layers=3, mlp_width=256, projection=None)
SMALL_G = TextConfig(width=128, layers=3, mlp_width=512, projection=96)


def embolden(module: nn.Module, seed: int) -> None:
    """Draw every parameter anew; the libraries' own starts are so small that all activations look alike."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        is_gain = "ln_" in name or "layer_norm" in name or "layernorm" in name
        parameter.data = 1 + 0.2 * noise if is_gain and name.endswith("weight") else 0.2 * noise


@pytest.fixture(scope="session")
def clip_l() -> ClipL:
    tower = ClipL(SMALL_L).eval()
    embolden(tower, 1)
    return tower


@pytest.fixture(scope="session")
def bigg() -> BigG:
    tower = BigG(SMALL_G).eval()
    embolden(tower, 2)
    return tower
