"""Whether a device computes what it should: a very small network of the family, there and on the processor."""

from __future__ import annotations

import torch
from torch import Tensor

from core.architecture import UNetConfig
from core.errors import HangaError
from core.machine import CPU
from core.models.unet import UNet

SMALLEST = UNetConfig(
    model_channels=64,
    channel_mult=(1, 1),
    res_blocks=1,
    input_depth=(0, 1),
    middle_depth=1,
    output_depth=(1, 1, 0, 0),
    context_dim=64,
    vector_dim=64,
)
TOLERANCE = 0.02
"""Relative error that is still rounding, also where a device multiplies float32 in a narrower type by default."""


def self_test(device: str) -> None:
    """Raises HangaError: engine.device_fails if `device` cannot compute, engine.device_is_wrong if it errs."""
    try:
        result = _forward(torch.device(device))
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise HangaError("engine.device_fails", device=device, reason=reason) from error
    expected = _forward(torch.device(CPU))
    wrong = float(((result - expected).norm() / expected.norm()).nan_to_num(nan=1.0))
    if wrong > TOLERANCE:
        raise HangaError("engine.device_is_wrong", device=device, percent=round(100 * wrong))


@torch.inference_mode()
def _forward(device: torch.device) -> Tensor:
    """What the network makes of one small input [1, 4, 8, 8]; weights and input are the same everywhere."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = UNet(SMALLEST).eval()
        given = torch.randn(1, 4, 8, 8), torch.full((1,), 500.0), torch.randn(1, 77, 64), torch.randn(1, 64)
    output: Tensor = network.to(device)(*(tensor.to(device) for tensor in given))
    return output.cpu()
