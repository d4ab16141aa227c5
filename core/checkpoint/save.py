"""Single-file checkpoints in the published layout, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor, nn

from core.checkpoint.reader import TORCH_DTYPES
from core.errors import HangaError

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
    """Write a safetensors file with floats in `dtype`, one tensor at a time.

    Raises HangaError `disk.exists` if there is something at `path` already, `disk.write_failed` if the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            _write(file, {name: tensors[name] for name in sorted(tensors)}, dtype, metadata)
            file.flush()
            os.fsync(file.fileno())
        _publish(temporary, path)
    except FileExistsError as error:
        raise HangaError("disk.exists", name=path.name) from error
    except OSError as error:
        raise HangaError("disk.write_failed", name=path.name, reason=error.strerror or str(error)) from error
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path) -> None:
    """Give the file its name without replacing another, and make the name last."""
    if os.name == "nt":
        temporary.rename(path)
        return
    os.link(temporary, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(file: BinaryIO, tensors: Mapping[str, Tensor], dtype: torch.dtype, metadata: Mapping[str, str]) -> None:
    entries = {"__metadata__": dict(metadata)} if metadata else {}
    header = json.dumps(entries | dict(_entries(tensors, dtype))).encode()
    header += b" " * (-len(header) % ALIGNMENT)
    file.write(len(header).to_bytes(8, "little"))
    file.write(header)
    for tensor in tensors.values():
        stored = tensor.detach().to("cpu", _stored_dtype(tensor, dtype)).contiguous()
        file.write(stored.view(-1).view(torch.uint8).numpy().data)


def _entries(tensors: Mapping[str, Tensor], dtype: torch.dtype) -> Iterator[tuple[str, dict[str, object]]]:
    end = 0
    for name, tensor in tensors.items():
        kind = _stored_dtype(tensor, dtype)
        start, end = end, end + tensor.numel() * kind.itemsize
        shape, offsets = list(tensor.shape), [start, end]
        yield name, {"dtype": _DTYPE_NAMES[kind], "shape": shape, "data_offsets": offsets}


def _stored_dtype(tensor: Tensor, dtype: torch.dtype) -> torch.dtype:
    return dtype if tensor.is_floating_point() else tensor.dtype
