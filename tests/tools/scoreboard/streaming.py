"""Streaming through a ring on a copy engine that only keeps time: in which order, and how many bytes."""

from __future__ import annotations

from typing import Final

import torch

from core.checkpoint.describe import describe
from core.memory.cargo import Dock, HostCargo
from core.memory.form import Form
from core.memory.mover import Where
from core.memory.residency import bytes_of, named, streamed, units
from core.memory.ring import Ring, Train
from core.pipeline.opening import open_unet
from tests.memory.fake_copies import FakeCopies, content_of
from tests.tools.scoreboard.bench import Bench
from tests.tools.scoreboard.row import Figures

SLOTS: Final = 3
PASSES: Final = 3
DEVICE: Final = torch.device("cpu:0")
"""A processor under another name: its memory counts as a device's."""
HALF: Final = Form(torch.float16.itemsize)
ALIGNMENTS: Final = 64 << 10


def streamed_bytes(bench: Bench) -> Figures:
    """Bytes of a pass in the middle of a run, beside those of the weights that do not stay."""
    found = describe(bench.model("base"))
    opened = open_unet(found, torch.float16, lambda count: True)
    config = opened.network.config
    parts = units(config, HALF)
    moving = streamed(parts, bytes_of(parts) // 2)
    size = max(unit.bytes for unit in parts) + ALIGNMENTS
    copies = FakeCopies(rate=size)
    ring = Ring(Dock(copies, 1 << 40), SLOTS, size, DEVICE)
    opened.mover.settle(Where(DEVICE, moving, ring), copy=True)
    train = opened.mover.train
    assert train is not None
    sent = []
    for _ in range(PASSES):
        before = len(copies.copies)
        _pretend_pass(train, copies)
        sent.append(sum(copy.bytes for copy in copies.copies[before:]))
    copies.check()
    expected = bytes_of(named(parts, moving))
    order = "in order, no slot overwritten while in use" if copies.stalls == 0 else f"{copies.stalls} stalls"
    opened.mover.forget()
    return Figures(sent[-1] / 1e6, expected / 1e6, "MB", f"{len(moving)} units, {SLOTS} slots; {order}")


def _pretend_pass(train: Train, copies: FakeCopies) -> None:
    """Each unit computes as long as it takes to come; what it finds in its slot is checked."""
    for index, cargo in enumerate(train.cargo):
        train.arrive(index)
        assert isinstance(cargo, HostCargo)
        copies.compute(train.ring.slot(index).memory, content_of(cargo.memory), cargo.bytes / copies.rate)
        train.leave(index)
