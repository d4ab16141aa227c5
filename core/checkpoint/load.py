"""Filled networks from a described checkpoint: any spelling, any float type on disk, never more than one copy.

A network is built without memory, then each of its tensors is read once, in file order, into its final place. Peak host
memory is the network in its target type plus one piece of the file for each thread that reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.account import Account
from core.checkpoint.describe import Checkpoint
from core.checkpoint.header import Progress as Progress
from core.checkpoint.layout import Network
from core.checkpoint.part import Part
from core.checkpoint.source import PartSource
from core.conditioning.towers import BigG, ClipL
from core.errors import HangaError
from core.models.unet import UNet
from core.models.vae import VAE

M = TypeVar("M", bound=nn.Module)
C = TypeVar("C", UNetConfig, VAEConfig, TextConfig)


def load_unet(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[UNet, Account]:
    """The checkpoint's UNet in `dtype` on `device`, and the account of its tensors. `progress` is told every piece.

    Raises HangaError: `file.lacks_network` if the checkpoint has none, `file.not_finite` if a weight is not a number,
    `file.overflows` if one is too large for `dtype`, `file.changed` if the file is not the one described.
    """
    return _load(UNet, require(checkpoint.unet_part, "unet", checkpoint), dtype, device, progress)


def load_vae(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[VAE, Account]:
    """The checkpoint's first stage; errors as `load_unet`."""
    return _load(VAE, require(checkpoint.vae_part, "vae", checkpoint), dtype, device, progress)


def load_clip_l(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[ClipL, Account]:
    """The checkpoint's CLIP tower; errors as `load_unet`."""
    return _load(ClipL, require(checkpoint.clip_l_part, "clip_l", checkpoint), dtype, device, progress)


def load_big_g(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[BigG, Account]:
    """The checkpoint's OpenCLIP tower; errors as `load_unet`."""
    return _load(BigG, require(checkpoint.big_g_part, "big_g", checkpoint), dtype, device, progress)


def require(part: Part[C] | None, network: Network, checkpoint: Checkpoint) -> Part[C]:
    if part is None:
        raise HangaError("file.lacks_network", name=checkpoint.path.name, network=network)
    return part


def _load(
    build: Callable[[C], M], part: Part[C], dtype: torch.dtype, device: torch.device, progress: Progress | None
) -> tuple[M, Account]:
    module = skeleton(build, part.config)
    wanted = module.state_dict()
    targets = {name: torch.empty(tensor.shape, dtype=dtype, device=device) for name, tensor in wanted.items()}
    source = PartSource(part, progress)
    source.read(targets)
    module.load_state_dict(targets, assign=True)
    return module.requires_grad_(False).eval(), part.account + source.left_out(wanted)


def skeleton(build: Callable[[C], M], config: C) -> M:
    """A network without memory."""
    with torch.device("meta"):
        return build(config).requires_grad_(False).eval()


def is_finite(tensor: Tensor) -> bool:
    """One pass without a copy: extremes of a tensor with NaN are NaN."""
    low, high = torch.aminmax(tensor)
    return math.isfinite(low.item()) and math.isfinite(high.item())
