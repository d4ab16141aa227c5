"""Which device, which type, and whether everything may stay in memory: arithmetic on sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.architecture import LATENT_STRIDE, VAEConfig
from core.checkpoint.describe import Checkpoint
from core.errors import HangaError
from core.machine import CPU, Device, Machine
from core.planning.names import known
from core.request import AUTO, Request, Size

BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
SHORT_NAMES: Final = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
FILE_BYTES: Final = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}
SMALL_MODEL: Final = 1 << 30
"""Below this many bytes of weights, a processor gains nothing from a narrower type."""
USABLE: Final = 0.8
"""Share of a device's memory that a run may count on."""


@dataclass(frozen=True)
class Placement:
    device: str
    dtype: str
    vae_dtype: str
    keep_resident: bool
    keep_patched: bool
    peak_bytes: int
    notes: tuple[str, ...] = ()


def place(
    request: Request, machine: Machine, checkpoints: list[Checkpoint], size: Size, adapters: int = 0
) -> Placement:
    """`adapters` are the bytes of all their files; what they change is kept changed only where all the rest has room.

    Raises HangaError request.unknown_device, request.unknown_dtype, request.half_on_processor."""
    device = _device(request.device, machine)
    dtype = _dtype(request.dtype, device, sum(found.bytes for found in checkpoints))
    weights = [_weight_bytes(found, dtype) for found in checkpoints]
    room = usable_bytes(device.address, machine)
    decoding = _decoding_bytes(checkpoints[0].vae or VAEConfig(), size, _vae_dtype(dtype))
    keep = sum(weights) + adapters + decoding <= room
    peak = (sum(weights) if keep else max(weights)) + adapters + decoding
    keep_patched = adapters > 0 and keep and peak + weights[0] <= room
    peak += weights[0] if keep_patched else 0
    notes = () if peak <= room else ("note.may_not_fit",)
    return Placement(device.address, dtype, _vae_dtype(dtype), keep, keep_patched, peak, notes)


def usable_bytes(device: str, machine: Machine) -> int:
    """Of a device's memory, what a run may count on. Raises HangaError request.unknown_device."""
    memory = _device(device, machine).memory
    return int(min(memory, machine.memory_limit or memory) * USABLE)


def _device(name: str, machine: Machine) -> Device:
    if name == AUTO:
        return machine.devices[0]
    devices = {device.address: device for device in machine.devices}
    devices |= {device.kind: device for device in reversed(machine.devices)}
    return devices[known(name, devices, "request.unknown_device")]


def _dtype(name: str, device: Device, weights: int) -> str:
    """Half precision never on a processor, which computes it by conversion; bfloat16 where the chip has it."""
    if name != AUTO:
        dtype = SHORT_NAMES[known(name, SHORT_NAMES, "request.unknown_dtype")]
        if dtype == "float16" and device.kind == CPU:
            raise HangaError("request.half_on_processor")
        return dtype
    if device.kind == CPU:
        return "bfloat16" if device.bfloat16 and weights > SMALL_MODEL else "float32"
    return "bfloat16" if device.bfloat16 else "float16"


def _vae_dtype(dtype: str) -> str:
    """The published first stage overflows float16; a wider exponent costs the same."""
    return "float32" if dtype == "float16" else dtype


def _weight_bytes(checkpoint: Checkpoint, dtype: str) -> int:
    return checkpoint.bytes * BYTES[dtype] // FILE_BYTES.get(checkpoint.dtype, 4)


def _decoding_bytes(vae: VAEConfig, size: Size, dtype: str) -> int:
    """Several of the widest activations at full resolution, estimated by counting the decoder's last level."""
    alive = 4 * vae.channels * vae.channel_mult[min(1, len(vae.channel_mult) - 1)]
    return alive * size[0] * size[1] * BYTES[dtype] + LATENT_STRIDE
