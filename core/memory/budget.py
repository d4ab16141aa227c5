"""How much memory there is for a run, and how much a process takes before it has any weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.machine import CPU, Device, Machine

CUDA: Final = "cuda"
APPLE: Final = "mps"

USABLE: Final = 0.8
"""Share of a machine's memory that a run may count on."""
DESKTOP: Final = 400_000_000
"""Bytes of a graphics card that other programs and the screen take."""
CONTEXT: Final = {CUDA: 500_000_000}
"""Bytes of a card that its driver takes for a process and that no allocator sees."""
LIBRARIES: Final = {CPU: 500_000_000, APPLE: 700_000_000}
"""Bytes of a process that has loaded torch and the text towers' libraries, and no weights."""
CARD_LIBRARIES: Final = 1_500_000_000
"""The same with a driver and its kernels."""
STAGING: Final = 128_000_000
"""Bytes of host memory through which weights go on their way to a device."""


@dataclass(frozen=True)
class Room:
    """Bytes that a run may take: of the device, and of host memory. Where both are the same memory (`shared`), what is
    taken of one is missing in the other; of a processor's memory, `host` is all."""

    device: int
    host: int
    shared: bool = False

    def holds(self, device_bytes: int, host_bytes: int) -> bool:
        together = device_bytes + host_bytes if self.shared else host_bytes
        return device_bytes <= self.device and together <= self.host


def room_of(device: Device, machine: Machine) -> Room:
    """What a run may take there. The artist's limit is one of device memory, the driver's share of it included."""
    host = int(machine.memory * USABLE)
    limit = device.memory if machine.memory_limit is None else machine.memory_limit
    if device.kind == CPU:
        return Room(device=min(host, limit), host=min(host, limit))
    if device.kind == APPLE:
        return Room(device=min(host - library_bytes(APPLE) - STAGING, limit), host=host, shared=True)
    context = context_bytes(device.kind)
    return Room(device=max(0, min(device.memory - context - DESKTOP, limit - context)), host=host)


def context_bytes(kind: str) -> int:
    """Of a device, what its driver takes and no plan can have."""
    return CONTEXT.get(kind, 0)


def library_bytes(kind: str) -> int:
    """Of host memory, what a process takes that computes on such a device."""
    return LIBRARIES.get(kind, CARD_LIBRARIES)


def kind_of(device: str) -> str:
    """ "cuda" of "cuda:1"."""
    return device.partition(":")[0]
