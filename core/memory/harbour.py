"""What a device needs for weights that come and go: a dock where copies start, a ring through which units stream."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.memory.cargo import Dock
from core.memory.copying import CopyEngine
from core.memory.ring import Ring


@dataclass(frozen=True)
class Extent:
    """`slots` of `slot_bytes`, none where nothing streams; `pinned_bytes` of host memory may be page-locked."""

    device: torch.device
    pinned_bytes: int
    slots: int = 0
    slot_bytes: int = 0


class Harbour:
    def __init__(self, extent: Extent, copies: CopyEngine) -> None:
        self.extent = extent
        self.dock = Dock(copies, extent.pinned_bytes)
        self.ring: Ring | None = None
        if extent.slots and extent.slot_bytes:
            self.ring = Ring(self.dock, extent.slots, extent.slot_bytes, extent.device)

    def close(self) -> None:
        """Give back what it took. Nothing may stream any more."""
        if self.ring is not None:
            self.ring.close()
        self.dock.close()
