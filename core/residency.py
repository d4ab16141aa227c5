"""Residency: where the weights of a run live while it goes on, and what that costs. Plain data.

Planning decides it; the pipeline follows it, and lowers it where memory runs out all the same. No residency changes a
bit of a picture, but for guidance in two passes and decoding in tiles, which are last resorts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RESIDENT = "resident"
"""All weights lie on the device while the network computes."""
STREAMED = "streamed"
"""Some blocks lie on the device; the others come into a ring of slots there when their turn comes."""
IN_PLACE = "in_place"
"""On a processor: weights stay in the file's own pages and type, and are converted layer by layer at their use."""

TOWERS = "towers"
UNET = "unet"
VAE = "vae"
ADAPTERS = "adapters"
"""What LoRAs add, which lies beside the networks that wear them."""


@dataclass(frozen=True, kw_only=True)
class Lodging:
    """Where one network lives. `role` is that of its stage; the first stage has that of the base."""

    role: str
    part: str
    """`TOWERS`, `UNET`, `VAE` or `ADAPTERS`."""
    place: str = RESIDENT
    device: str
    """As torch spells it; the processor where the device of the run has no room for this network."""
    weight_bytes: int
    """Of all its weights as they lie in memory: in the type that it computes in, or in 8 bits with scales."""
    resident_bytes: int
    """Of these, what stays on the device while it computes; the rest goes through the ring. In place, the bytes of the
    file that are expected to stay in memory."""


@dataclass(frozen=True, kw_only=True)
class Peak:
    """What a stage of the run needs at most. `stage` is one of the names in `core.events`."""

    stage: str
    device_bytes: int
    host_bytes: int
    """Of this process, with what torch itself takes; on a processor the weights are among them."""
    moved_bytes: int = 0
    """To the device, for one picture."""
    seconds: float | None = None
    """For one picture; None where nothing like it was ever measured."""


@dataclass(frozen=True, kw_only=True)
class Residency:
    lodgings: tuple[Lodging, ...] = ()
    peaks: tuple[Peak, ...] = ()
    slots: int = 3
    """Of the ring, each as large as the largest block that streams."""
    pinned_bytes: int = 0
    """Most page-locked host memory that copies may start from."""
    split_guidance: bool = False
    """Whether the two sides of guidance go through the network one after the other."""
    tile: int | None = None
    """Side of the decoder's tiles in cells of the latent; None: the picture whole."""
    rung: int = 0
    """How often it was lowered because memory ran out."""

    def lodging(self, role: str, part: str) -> Lodging | None:
        return next((one for one in self.lodgings if (one.role, one.part) == (role, part)), None)


UNDECIDED: Final = Residency()
"""Of plans whose weights nobody has placed yet, and in records: where they lay is no part of a picture."""
