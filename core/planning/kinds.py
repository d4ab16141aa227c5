"""On which device a run computes, and in which type."""

from __future__ import annotations

from typing import Final

from core.errors import HangaError
from core.machine import CPU, Device, Machine
from core.planning.names import known
from core.request import AUTO

SHORT_NAMES: Final = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
OF_FILES: Final = {"F16": "float16", "BF16": "bfloat16"}
"""What a graphics device computes in for files of that type."""


def candidates(name: str, machine: Machine) -> tuple[Device, ...]:
    """Devices that may be meant, in the order in which they are preferred. Raises HangaError request.unknown_device."""
    if name == AUTO:
        return machine.devices
    devices = {device.address: device for device in machine.devices}
    devices |= {device.kind: device for device in reversed(machine.devices)}
    return (devices[known(name, devices, "request.unknown_device")],)


def type_for(name: str, device: Device, file_type: str) -> str:
    """Of UNet and towers. A graphics device follows the file, which is neither rounded nor widened then; a processor
    computes half precision by conversion only, and whatever the model in bfloat16 where the chip has it.

    Raises HangaError request.unknown_dtype, request.half_on_processor.
    """
    if name != AUTO:
        dtype = SHORT_NAMES[known(name, SHORT_NAMES, "request.unknown_dtype")]
        if dtype == "float16" and device.kind == CPU:
            raise HangaError("request.half_on_processor")
        return dtype
    if device.kind == CPU:
        return "bfloat16" if device.bfloat16 else "float32"
    return OF_FILES.get(file_type, "bfloat16" if device.bfloat16 else "float16")


def vae_type(dtype: str, device: Device) -> str:
    """The published first stage overflows float16; bfloat16 has the range and costs the same."""
    if dtype == "float16":
        return "bfloat16" if device.bfloat16 else "float32"
    return dtype
