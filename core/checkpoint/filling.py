"""Weights from their files into the memory where they are used: by several threads at once, in pieces that are read,
looked at and converted while they are in the cache of the processor's core.

Bytes go straight into the final tensor where nothing is to be converted; to a device they are copied while other pieces
are still being read.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock
from types import MappingProxyType, TracebackType
from typing import Final

import torch
from torch import Tensor

from core.checkpoint.eight_bits import REACH, scale_of
from core.checkpoint.header import Progress
from core.checkpoint.limits import within
from core.checkpoint.part import Stored
from core.checkpoint.reader import TORCH_DTYPES, TensorFile
from core.errors import HangaError

PIECE: Final = 1 << 20
"""Bytes that are read at once: with what is made of them, they have room in a core's own cache."""
LANES: Final = min(8, max(2, os.cpu_count() or 2))
"""Threads at most: more than there are cores get into each other's way."""
ALONE: Final = 32_000
"""Numbers that torch converts on the thread that asks; more it shares out among threads that the lanes keep busy."""


@dataclass(frozen=True)
class Piece:
    """Whole rows of a stored tensor, and where they go: shaped as stored, in the type and place that they get."""

    item: Stored
    start: int
    bytes: int
    target: Tensor
    keep: bool = True
    """False: they are only looked at."""
    scale: Tensor | None = None
    """Where the scales of its rows go, if the target takes integers."""
    used_in: torch.dtype = torch.float32
    """Which type they become at their use."""


def fill(
    stored: Iterable[Stored],
    targets: Mapping[str, Tensor],
    progress: Progress | None = None,
    looked_at: Mapping[str, Tensor] = MappingProxyType({}),
    used_in: torch.dtype = torch.float32,
) -> None:
    """Fill `targets`, by canonical names, with what is `stored` under them. The tensors of `looked_at`, of which only
    type and shape count, are not filled but checked as if they were. A target of 8 bits, whose numbers are to be used
    in the type `used_in`, needs one for its scales too. `progress` is told from the thread that calls.

    Raises HangaError file.not_finite, file.overflows, file.changed, file.missing, file.unreadable; and what `progress`
    raises.
    """
    pieces = [replace(piece, used_in=used_in) for item in stored for piece in _cut(item, targets)]
    pieces += [replace(piece, keep=False) for item in stored for piece in _cut(item, looked_at)]
    if pieces:
        _Crew(pieces).work(progress)


def _cut(item: Stored, targets: Mapping[str, Tensor]) -> Iterator[Piece]:
    if item.place.name not in targets:
        return
    whole = targets[item.place.name]
    target = whole if item.place.third is None else whole.tensor_split(3)[item.place.third]
    target = (target.t() if item.place.transposed else target).view(item.info.shape or (1,))
    # No weight that may lie in 8 bits is stored in thirds or transposed, so its rows are those of its scales.
    scale = targets[scale_of(item.place.name)] if whole.dtype == torch.int8 else None
    rows = max(len(target), 1)
    row_bytes = item.info.bytes // rows
    step = max(1, PIECE // max(row_bytes, 1))
    for row in range(0, rows, step):
        count = min(step, rows - row)
        some = slice(row, row + count)
        at, scales = item.info.start + row * row_bytes, None if scale is None else scale[some]
        yield Piece(item, at, count * row_bytes, target[some], scale=scales)


class _Crew:
    """Threads that share one list of pieces."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._total = sum(piece.bytes for piece in pieces)
        self._waiting = deque(pieces)
        self._said: SimpleQueue[int | BaseException | None] = SimpleQueue()
        self._stopped, self._one_at_a_time = Event(), Lock()
        self._lanes = min(LANES, len(pieces))

    def work(self, progress: Progress | None) -> None:
        with ThreadPoolExecutor(self._lanes, "reading") as pool:
            for _ in range(self._lanes):
                pool.submit(self._lane)
            try:
                self._listen(progress)
            finally:
                self._stopped.set()

    def _listen(self, progress: Progress | None) -> None:
        done, running = 0, self._lanes
        while running:
            said = self._said.get()
            if isinstance(said, BaseException):
                raise said
            running -= said is None
            if said is not None:
                done += said
                if progress is not None:
                    progress(done, self._total)

    def _lane(self) -> None:
        try:
            # A thread has a mode of its own, and only in this one may tensors of either kind be filled.
            with torch.inference_mode(), _Lane() as lane:
                while not self._stopped.is_set() and (piece := self._take()) is not None:
                    lane.carry(piece)
                    self._said.put(piece.bytes)
                lane.check()
            self._said.put(None)
        except BaseException as error:  # noqa: BLE001  # it is raised where all of them are listened to
            self._said.put(error)

    def _take(self) -> Piece | None:
        with self._one_at_a_time:
            return self._waiting.popleft() if self._waiting else None


class _Lane:
    """One thread's open files, and the memory that it reads into what must be converted."""

    def __init__(self) -> None:
        self._files: dict[Path, TensorFile] = {}
        self._arena = torch.empty(0, dtype=torch.uint8)

    def __enter__(self) -> _Lane:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files.values():
            file.close()

    def carry(self, piece: Piece) -> None:
        file = self._file(piece)
        target, stored_type = piece.target, TORCH_DTYPES[piece.item.info.dtype]
        direct = piece.keep and target.device.type == "cpu" and target.dtype == stored_type and target.is_contiguous()
        if direct:
            file.read_at(piece.start, target)
            self._look(piece, target)
            return
        arena = self._memory(piece).view(stored_type)
        file.read_at(piece.start, arena)
        self._look(piece, arena)
        if piece.scale is not None:
            narrow(arena.view(target.shape), target, piece.scale)
        elif piece.keep:
            _convert(arena.view(target.shape), target)

    def check(self) -> None:
        """Raises HangaError file.changed if a file is not what it was at the beginning."""
        for file in self._files.values():
            file.check()

    def _file(self, piece: Piece) -> TensorFile:
        header = piece.item.header
        if header.path not in self._files:
            self._files[header.path] = TensorFile(header)
        return self._files[header.path]

    def _memory(self, piece: Piece) -> Tensor:
        if self._arena.numel() < piece.bytes:
            self._arena = _arena(max(piece.bytes, PIECE), piece.target.device)
        return self._arena[: piece.bytes]

    @staticmethod
    def _look(piece: Piece, stored: Tensor) -> None:
        if not within(stored, piece.target.dtype if piece.scale is None else piece.used_in):
            code = "file.overflows" if within(stored, stored.dtype) else "file.not_finite"
            raise HangaError(code, name=piece.item.header.path.name, tensor=piece.item.name)


def _arena(count: int, device: torch.device) -> Tensor:
    """Memory to read into; such as a device copies from fastest, if the system has it."""
    if device.type in ("cuda", "xpu"):
        try:
            return torch.empty(count, dtype=torch.uint8, pin_memory=True)
        except RuntimeError:
            return torch.empty(count, dtype=torch.uint8)
    return torch.empty(count, dtype=torch.uint8)


def _convert(stored: Tensor, target: Tensor) -> None:
    if target.device.type != "cpu":
        target.copy_(stored)
        return
    through_single = stored.dtype != target.dtype and torch.float32 not in (stored.dtype, target.dtype)
    step = max(1, ALONE // max(stored[0].numel(), 1))
    for rows, place in zip(stored.split(step), target.split(step), strict=True):
        # From one short type into another, torch takes half the time this way, to the same bits.
        found = rows.float() if through_single and rows.dtype.itemsize < 4 else rows
        # Turning numbers round is faster when they have their type already.
        place.copy_(found if place.is_contiguous() else found.to(place.dtype))


def narrow(stored: Tensor, target: Tensor, scale: Tensor) -> None:
    """Fill `target` [O, …] with the nearest integers, where the largest of each row of `stored` [O, …] is `REACH`, and
    `scale` [O] with what they are multiplied by again."""
    if target.device.type != "cpu":
        integers, factors = torch.empty_like(target, device="cpu"), torch.empty_like(scale, device="cpu")
        narrow(stored, integers, factors)
        target.copy_(integers)
        scale.copy_(factors)
        return
    step = max(1, ALONE // max(stored[0].numel(), 1))
    for rows, place, factors in zip(stored.split(step), target.split(step), scale.split(step), strict=True):
        numbers = rows.float()
        largest = numbers.flatten(1).abs().amax(1) / REACH
        factors.copy_(largest)
        steps = torch.where(largest > 0, largest, 1.0).view(-1, *[1] * (numbers.ndim - 1))
        # The quotient of the smallest numbers that there are may go beyond.
        place.copy_((numbers / steps).round_().clamp_(-REACH, REACH))
