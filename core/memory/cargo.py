"""What goes through the ring: the packed weights of a unit, from the host's memory or from their file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from weakref import finalize

import torch
from torch import Tensor

from core.memory.copying import CopyEngine, Mark
from core.memory.packing import host_memory


class Cargo(Protocol):
    @property
    def bytes(self) -> int: ...

    def send(self, dock: Dock, slot: Tensor, after: Mark | None) -> Mark:
        """Begin to fill the first bytes of `slot`, not before `after`; returns when they will be there."""


class Dock:
    """Where copies to a device start. Pins memory as it is first used, up to `pinned_bytes`; what may not be pinned, or
    does not lie in memory at all, goes through one of two staging buffers, which are pinned on top of that."""

    def __init__(self, copies: CopyEngine, pinned_bytes: int = 0) -> None:
        self.copies = copies
        self._budget = self.pinned_bytes = pinned_bytes
        self._latest: Mark | None = None
        self._pinned: dict[int, Tensor] = {}
        """By address. No memory may be freed that is still pinned, so it lives as long as it is in here."""
        finalize(self, _let_go, copies, self._pinned).atexit = False
        self._staging: list[Stage] = []

    def send(self, memory: Tensor, slot: Tensor, after: Mark | None) -> Mark:
        target = slot[: memory.numel()]
        if not self.copies.pins or self._pin(memory):
            self._latest = self.copies.copy(target, memory, after)
            return self._latest
        return self.stage(memory.numel(), lambda buffer: buffer.copy_(memory), slot, after)

    def stage(self, count: int, fill: Callable[[Tensor], object], slot: Tensor, after: Mark | None) -> Mark:
        """Send `count` bytes that `fill` writes. HangaError if it raises one."""
        stage = self._stage(count)
        fill(stage.memory[:count])
        stage.read = self._latest = self.copies.copy(slot[:count], stage.memory[:count], after)
        return stage.read

    def finish(self) -> None:
        """Return when nothing is on its way, so that memory at both ends may change or go."""
        if self._latest is not None:
            self.copies.finish(self._latest)

    def release(self, memory: Tensor) -> None:
        """Unpin `memory`, which nothing copies any more."""
        if self._pinned.pop(memory.data_ptr(), None) is not None:
            self._budget += memory.nbytes
            self.copies.unpin(memory)

    def close(self) -> None:
        """Unpin everything, when nothing is on its way any more."""
        self.finish()
        _let_go(self.copies, self._pinned)
        self._budget = self.pinned_bytes
        self._staging.clear()

    def _pin(self, memory: Tensor) -> bool:
        if memory.data_ptr() in self._pinned:
            return True
        if memory.nbytes > self._budget:
            return False
        if not self.copies.pin(memory):
            self._budget = 0
            return False
        self._budget -= memory.nbytes
        self._pinned[memory.data_ptr()] = memory
        return True

    def _stage(self, count: int) -> Stage:
        """One of two buffers in turn, so that one is filled while the other is read."""
        if len(self._staging) < 2:
            stage = Stage(torch.empty(0, dtype=torch.uint8))
        else:
            stage = self._staging.pop(0)
            if stage.read is not None:
                self.copies.finish(stage.read)
        self._staging.append(stage)
        if stage.memory.numel() < count:
            self._widen(stage, count)
        return stage

    def _widen(self, stage: Stage, count: int) -> None:
        """Staging buffers are no part of the budget."""
        if self._pinned.pop(stage.memory.data_ptr(), None) is not None:
            self.copies.unpin(stage.memory)
        stage.memory = host_memory(count)
        if self.copies.pins and self.copies.pin(stage.memory):
            self._pinned[stage.memory.data_ptr()] = stage.memory


def _let_go(copies: CopyEngine, pinned: dict[int, Tensor]) -> None:
    while pinned:
        copies.unpin(pinned.popitem()[1])


@dataclass(eq=False)
class Stage:
    """A staging buffer, and when what lies in it will have been copied."""

    memory: Tensor
    read: Mark | None = None


@dataclass(eq=False)
class HostCargo:
    """Lies in the host's memory, a row of bytes."""

    memory: Tensor

    @property
    def bytes(self) -> int:
        return self.memory.numel()

    def send(self, dock: Dock, slot: Tensor, after: Mark | None) -> Mark:
        return dock.send(self.memory, slot, after)


@dataclass(eq=False)
class FileCargo:
    """Is read anew at every use, where the host's memory is too short for a copy of the file."""

    bytes: int
    fill: Callable[[Tensor], object]
    """Writes all its bytes. Raises HangaError."""

    def send(self, dock: Dock, slot: Tensor, after: Mark | None) -> Mark:
        return dock.stage(self.bytes, self.fill, slot, after)
