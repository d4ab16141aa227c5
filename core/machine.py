"""Machine: what there is to compute with, as plain data. Planning reads it; `core.memory.machine` finds it out."""

from __future__ import annotations

from dataclasses import dataclass

CPU = "cpu"
GIGABYTE = 1 << 30
"""As people say it of memory."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """One place that can compute. `kind` is torch's name ("cpu", "cuda", "mps"), `memory` its own bytes (host memory
    for the processor and for Apple's shared memory)."""

    kind: str
    index: int = 0
    name: str = ""
    memory: int
    bfloat16: bool
    """Whether it computes bfloat16 in hardware, rather than by conversion."""

    @property
    def address(self) -> str:
        """As torch spells it: "cuda:1", "cpu", "mps"."""
        return f"{self.kind}:{self.index}" if self.kind not in (CPU, "mps") else self.kind


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Devices in the order in which they are preferred; the processor is the last, and always there."""

    devices: tuple[Device, ...]
    memory: int
    """Host memory in bytes."""
    memory_limit: int | None = None
    """Most bytes of device memory the artist lets us use."""
    notes: tuple[str, ...] = ()
    """Codes of what is to be said of devices that are there, but cannot be used."""

    @property
    def processor(self) -> Device:
        return self.devices[-1]
