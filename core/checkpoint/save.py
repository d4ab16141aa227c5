"""Single-file checkpoints in the published layout, written whole or not at all; small ones, as made in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from core.checkpoint.header import LENGTH_BYTES
from core.checkpoint.reader import TORCH_DTYPES
from core.durable import write_new

UNET_PREFIX = "model.diffusion_model."
VAE_PREFIX = "first_stage_model."
ALIGNMENT = 8

_DTYPE_NAMES = {dtype: name for name, dtype in TORCH_DTYPES.items()}


def save_checkpoint(
    path: Path,
    *,
    unet: nn.Module | None = None,
    vae: nn.Module | None = None,
    clip_l: nn.Module | None = None,
    big_g: nn.Module | None = None,
    dtype: torch.dtype,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write networks to a new file at `path`, floats in `dtype`. Errors as `write_tensors`."""
    networks = {UNET_PREFIX: unet, VAE_PREFIX: vae} | _embedders(clip_l, big_g)
    tensors = {
        prefix + name: tensor
        for prefix, network in networks.items()
        if network is not None
        for name, tensor in network.state_dict().items()
    }
    write_tensors(path, tensors, dtype, metadata or {})


def _embedders(clip_l: nn.Module | None, big_g: nn.Module | None) -> dict[str, nn.Module | None]:
    """Towers are numbered in the order of their use; the refiner's only one is number 0."""
    towers = [tower for tower in (clip_l, big_g) if tower is not None]
    return {f"conditioner.embedders.{number}.": tower for number, tower in enumerate(towers)}


def write_tensors(path: Path, tensors: Mapping[str, Tensor], dtype: torch.dtype, metadata: Mapping[str, str]) -> None:
    """Write a safetensors file with floats in `dtype`. Raises HangaError `disk.*`, as `core.durable.write_new`."""
    in_order = {name: tensors[name] for name in sorted(tensors)}
    header = _header(in_order, dtype, metadata)
    data = (_bytes(tensor, dtype) for tensor in in_order.values())
    write_new(path, b"".join((len(header).to_bytes(LENGTH_BYTES, "little"), header, *data)))


def _header(tensors: Mapping[str, Tensor], dtype: torch.dtype, metadata: Mapping[str, str]) -> bytes:
    entries = {"__metadata__": dict(metadata)} if metadata else {}
    header = json.dumps(entries | dict(_entries(tensors, dtype))).encode()
    return header + b" " * (-len(header) % ALIGNMENT)


def _bytes(tensor: Tensor, dtype: torch.dtype) -> bytes:
    stored = tensor.detach().to("cpu", _stored_dtype(tensor, dtype)).contiguous()
    return stored.view(-1).view(torch.uint8).numpy().tobytes()


def _entries(tensors: Mapping[str, Tensor], dtype: torch.dtype) -> Iterator[tuple[str, dict[str, object]]]:
    end = 0
    for name, tensor in tensors.items():
        kind = _stored_dtype(tensor, dtype)
        start, end = end, end + tensor.numel() * kind.itemsize
        shape, offsets = list(tensor.shape), [start, end]
        yield name, {"dtype": _DTYPE_NAMES[kind], "shape": shape, "data_offsets": offsets}


def _stored_dtype(tensor: Tensor, dtype: torch.dtype) -> torch.dtype:
    return dtype if tensor.is_floating_point() else tensor.dtype
