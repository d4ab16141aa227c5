"""Filled networks from a described checkpoint: any spelling, any float type on disk, never more than one copy.

A network is built without memory, then each of its tensors is read once, in file order, into its final place. Peak host
memory is the network in its target type plus the largest tensor of the file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Final, TypeVar

import torch
from torch import Tensor, nn

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.account import Account
from core.checkpoint.describe import Checkpoint
from core.checkpoint.header import Progress as Progress
from core.checkpoint.layout import Network
from core.checkpoint.part import Part, Stored
from core.checkpoint.reader import TORCH_DTYPES, TensorFile
from core.conditioning.towers import LOGIT_SCALE, BigG, ClipL
from core.errors import HangaError
from core.models.unet import UNet
from core.models.vae import VAE

M = TypeVar("M", bound=nn.Module)
C = TypeVar("C", UNetConfig, VAEConfig, TextConfig)

DEFAULTS: Final[Mapping[str, float]] = {"model.logit_scale": LOGIT_SCALE}
"""What stands in for tensors that a layout leaves out because nothing at run time uses them."""


def load_unet(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[UNet, Account]:
    """The checkpoint's UNet in `dtype` on `device`, and the account of its tensors. `progress` is told every tensor.

    Raises HangaError: `file.lacks_network` if the checkpoint has none, `file.not_finite` if a weight is not a number,
    `file.overflows` if one is too large for `dtype`, `file.changed` if the file is not the one described.
    """
    return _load(UNet, _require(checkpoint.unet_part, "unet", checkpoint), dtype, device, progress)


def load_vae(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[VAE, Account]:
    """The checkpoint's first stage; errors as `load_unet`."""
    return _load(VAE, _require(checkpoint.vae_part, "vae", checkpoint), dtype, device, progress)


def load_clip_l(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[ClipL, Account]:
    """The checkpoint's CLIP tower; errors as `load_unet`."""
    return _load(ClipL, _require(checkpoint.clip_l_part, "clip_l", checkpoint), dtype, device, progress)


def load_big_g(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device, progress: Progress | None = None
) -> tuple[BigG, Account]:
    """The checkpoint's OpenCLIP tower; errors as `load_unet`."""
    return _load(BigG, _require(checkpoint.big_g_part, "big_g", checkpoint), dtype, device, progress)


def _require(part: Part[C] | None, network: Network, checkpoint: Checkpoint) -> Part[C]:
    if part is None:
        raise HangaError("file.lacks_network", name=checkpoint.path.name, network=network)
    return part


def _load(
    build: Callable[[C], M], part: Part[C], dtype: torch.dtype, device: torch.device, progress: Progress | None
) -> tuple[M, Account]:
    with torch.device("meta"):
        module = build(part.config)
    wanted = {name: tensor.shape for name, tensor in module.state_dict().items()}
    tensors = _read(part, wanted, dtype, device, progress)
    account = part.account + _fill_defaults(part, tensors, wanted, dtype, device)
    module.load_state_dict(tensors, assign=True)
    return module.requires_grad_(False).eval(), account


def _read(
    part: Part[C], wanted: Mapping[str, torch.Size], dtype: torch.dtype, device: torch.device, progress: Progress | None
) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    total, done = sum(item.info.bytes for item in part.stored), 0
    for file, item in _opened(part.stored):
        name = item.place.name
        if name not in tensors:
            tensors[name] = torch.empty(wanted[name], dtype=dtype, device=device)
        _fill(file, item, tensors[name])
        done += item.info.bytes
        if progress is not None:
            progress(done, total)
    return tensors


def _opened(stored: tuple[Stored, ...]) -> Iterator[tuple[TensorFile, Stored]]:
    """Every tensor with its open file; one file open at a time."""
    for _, items in groupby(stored, key=lambda item: item.header.path):
        first, *rest = items
        with TensorFile(first.header) as file:
            for item in (first, *rest):
                yield file, item


def _fill(file: TensorFile, item: Stored, whole: Tensor) -> None:
    """Read one stored tensor into its rows of the canonical one: directly if nothing is to be converted."""
    target = whole if item.place.third is None else whole.tensor_split(3)[item.place.third]
    same_type = TORCH_DTYPES[item.info.dtype] == target.dtype
    if same_type and target.device.type == "cpu" and not item.place.transposed:
        file.read_into(item.info, target)
        stored = target
    else:
        stored = file.borrow(item.info)
        target.copy_((stored.t() if item.place.transposed else stored).reshape(target.shape))
    if not is_finite(target):
        code = "file.overflows" if is_finite(stored.to(torch.float32)) else "file.not_finite"
        raise HangaError(code, name=item.header.path.name, tensor=item.name)


def is_finite(tensor: Tensor) -> bool:
    """One pass without a copy: extremes of a tensor with NaN are NaN."""
    low, high = torch.aminmax(tensor)
    return math.isfinite(low.item()) and math.isfinite(high.item())


def _fill_defaults(
    part: Part[C],
    tensors: dict[str, Tensor],
    wanted: Mapping[str, torch.Size],
    dtype: torch.dtype,
    device: torch.device,
) -> Account:
    """Put in what the layout leaves out; raise HangaError if anything else the network needs is not there."""
    absent = tuple(name for name in wanted if name not in tensors)
    Account(missing=tuple(name for name in absent if name not in DEFAULTS)).require_complete(part.file)
    tensors.update({name: torch.full(wanted[name], DEFAULTS[name], dtype=dtype, device=device) for name in absent})
    return Account(ignored=tuple((name, "not in the file, and not used") for name in absent))
