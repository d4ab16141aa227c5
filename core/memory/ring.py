"""A ring of slots on the device, through which the units of networks go while they compute.

Unit i always goes through slot i modulo their number. So its weights are views that are made once and never move: what
was captured or patched with their addresses stays good. A slot is filled again as soon as its unit has computed: with
the next one of the same pass, at the end of a pass with one of the next, at a hand-over with one of the next network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from core.memory.cargo import Cargo, Dock
from core.memory.copying import Mark


@dataclass
class Slot:
    memory: Tensor
    holds: Cargo | None = None
    """What lies in it, or is on its way."""
    arrived: Mark = None


class Ring:
    """`count` slots of `size` bytes, made when they are first used. Several networks may go through it by turns."""

    def __init__(self, dock: Dock, count: int, size: int, device: torch.device) -> None:
        self.dock, self.copies = dock, dock.copies
        self.count, self.size, self.device = count, size, device

    @cached_property
    def slots(self) -> list[Slot]:
        return [Slot(torch.empty(self.size, dtype=torch.uint8, device=self.device)) for _ in range(self.count)]

    def slot(self, index: int) -> Slot:
        """The one through which unit `index` goes."""
        return self.slots[index % self.count]

    def bring(self, slot: Slot, cargo: Cargo) -> None:
        """Begin to fill a slot, after all that was asked to be computed so far."""
        if slot.holds is not cargo:
            slot.holds = None
            slot.arrived = cargo.send(self.dock, slot.memory, self.copies.mark())
            slot.holds = cargo

    def close(self) -> None:
        """Let go of all memory that it took. No train may go through it any more."""
        self.dock.finish()
        self.__dict__.pop("slots", None)


class Train:
    """The units of one network in the order of their use."""

    def __init__(self, ring: Ring, cargo: Sequence[Cargo]) -> None:
        self.ring, self.cargo = ring, cargo
        self._next: Train = self

    def then(self, following: Train | None) -> None:
        """Whose units come after those of this pass; None for another pass of the same."""
        self._next = self if following is None or following.ring is not self.ring else following

    def stop(self) -> None:
        """None of its units is on its way any more, and none counts as there."""
        self.ring.dock.finish()
        for slot in self.ring.slots:
            if any(slot.holds is cargo for cargo in self.cargo):
                slot.holds = None

    def prime(self) -> None:
        """Begin to bring what the beginning of a pass needs."""
        for slot, cargo in zip(self.ring.slots, self.cargo, strict=False):
            self.ring.bring(slot, cargo)

    def arrive(self, index: int) -> None:
        """Unit `index` is about to compute: what it computes waits for its weights."""
        if index == 0:
            self.prime()
        slot = self.ring.slot(index)
        self.ring.bring(slot, self.cargo[index])
        self.ring.copies.wait(slot.arrived)

    def leave(self, index: int) -> None:
        """Unit `index` has been asked to compute: its slot is the next one's."""
        following = self._following(index)
        if following is not None:
            self.ring.bring(self.ring.slot(index), following)

    def _following(self, index: int) -> Cargo | None:
        later = index + self.ring.count
        if later < len(self.cargo):
            return self.cargo[later]
        first = index % self.ring.count
        return self._next.cargo[first] if first < len(self._next.cargo) else None
