"""A device that exists in simulated time only: it copies at once, but knows when it would have, and who would have read
what by then."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Span:
    """What happened to a slot. `content` tells apart what was written, and what was expected by a reader."""

    slot: int
    start: float
    end: float
    content: int
    bytes: int = 0


@dataclass
class FakeCopies:
    """`rate`: bytes copied in a unit of time. Copies run one after the other, beside what is computed; the host asks
    for everything in no time at all, which is the worst that slots can be put to."""

    rate: float = 1.0
    pins: bool = True
    refuses_after: int | None = None
    """Bytes from which the system refuses to pin more."""
    copies: list[Span] = field(default_factory=list)
    reads: list[Span] = field(default_factory=list)
    pinned: dict[int, int] = field(default_factory=dict)
    stalls: int = 0
    """Copies from memory that is not pinned, which would have stopped the computing."""
    refused: int = 0
    computing: float = 0.0
    copying: float = 0.0

    def copy(self, target: Tensor, source: Tensor, after: float | None) -> float:
        assert target.numel() == source.numel()
        self.stalls += not self._is_pinned(source)
        start = max(self.copying, after or 0.0)
        self.copying = start + target.numel() / self.rate
        content = content_of(source)
        self.copies.append(Span(target.data_ptr(), start, self.copying, content, target.numel()))
        target.copy_(source)
        return self.copying

    def mark(self) -> float:
        return self.computing

    def wait(self, mark: float) -> None:
        self.computing = max(self.computing, mark)

    def finish(self, mark: float) -> None:
        """The host waits: nothing it asks for afterwards begins before."""
        self.computing = max(self.computing, mark)
        self.copying = max(self.copying, mark)

    def pin(self, memory: Tensor) -> bool:
        if self.refuses_after is not None and sum(self.pinned.values()) + memory.nbytes > self.refuses_after:
            self.refused += 1
            return False
        assert memory.data_ptr() not in self.pinned
        self.pinned[memory.data_ptr()] = memory.nbytes
        return True

    def unpin(self, memory: Tensor) -> None:
        del self.pinned[memory.data_ptr()]

    def compute(self, slot: Tensor, content: int, duration: float) -> None:
        """Something reads `slot` for a while, and expects `content` there."""
        self.reads.append(Span(slot.data_ptr(), self.computing, self.computing + duration, content))
        self.computing += duration

    def check(self) -> None:
        """Every reader found what it expected, whole, and kept it as long as it read."""
        for read in self.reads:
            before = [copy for copy in self.copies if copy.slot == read.slot and copy.end <= read.start]
            assert before, "read before anything came"
            assert before[-1].content == read.content, "read what another unit left"
            for copy in self.copies:
                assert copy.slot != read.slot or copy.end <= read.start or copy.start >= read.end, "overwritten in use"

    def _is_pinned(self, memory: Tensor) -> bool:
        start = memory.data_ptr()
        return any(first <= start < first + count for first, count in self.pinned.items())


def content_of(memory: Tensor) -> int:
    """The number that `cargo_of` wrote into it."""
    return int(memory[:4].view(torch.int32)) if memory.numel() >= 4 else 0


def bytes_saying(content: int, count: int) -> Tensor:
    """A row of at least four bytes that begins with a number."""
    memory = torch.zeros(max(count, 4), dtype=torch.uint8)
    memory[:4].view(torch.int32).fill_(content)
    return memory
