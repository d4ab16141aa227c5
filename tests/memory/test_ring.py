"""Units go through a ring of slots: in order, each byte once a pass, and never under the feet of who computes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.memory.cargo import Dock, FileCargo, HostCargo
from core.memory.ring import Ring, Train
from tests.memory.fake_copies import FakeCopies, bytes_saying

CPU = torch.device("cpu")
PLENTY = 1 << 30


def train(ring: Ring, sizes: Sequence[int], first: int = 0) -> Train:
    """Units of these many bytes, which say their numbers from `first` on."""
    return Train(ring, [HostCargo(bytes_saying(first + index, size)) for index, size in enumerate(sizes)])


def compute(train: Train, durations: Sequence[float], first: int = 0) -> None:
    """One pass."""
    copies = train.ring.copies
    assert isinstance(copies, FakeCopies)
    for index, duration in enumerate(durations):
        train.arrive(index)
        copies.compute(train.ring.slot(index).memory, first + index, duration)
        train.leave(index)


def contents(copies: FakeCopies) -> list[int]:
    return [copy.content for copy in copies.copies]


def test_units_come_in_order_and_the_first_ones_of_the_next_step_come_early() -> None:
    copies = FakeCopies(rate=8)
    ring = Ring(Dock(copies, PLENTY), 2, 8, CPU)
    base = train(ring, [8] * 5)
    base.prime()
    compute(base, [1.0] * 5)
    assert contents(copies) == [0, 1, 2, 3, 4, 1, 0]
    compute(base, [1.0] * 5)
    assert contents(copies)[7:] == [2, 3, 4, 1, 0]
    assert sum(copy.bytes for copy in copies.copies) == 8 * 12
    copies.check()


def test_computing_hides_copies_that_take_no_longer() -> None:
    copies = FakeCopies(rate=8)
    base = train(Ring(Dock(copies, PLENTY), 3, 8, CPU), [8] * 12)
    base.prime()
    for _ in range(2):
        compute(base, [1.0] * 12)
    assert copies.computing == pytest.approx(1.0 + 24.0)


def test_what_has_a_slot_to_itself_comes_once() -> None:
    copies = FakeCopies()
    base = train(Ring(Dock(copies, PLENTY), 3, 8, CPU), [8, 4, 8])
    for _ in range(3):
        compute(base, [1.0] * 3)
    assert contents(copies) == [0, 1, 2]


def test_the_next_network_comes_in_while_the_last_units_of_this_one_compute() -> None:
    copies = FakeCopies(rate=8)
    ring = Ring(Dock(copies, PLENTY), 2, 8, CPU)
    base, refiner = train(ring, [8] * 4), train(ring, [8] * 3, 100)
    base.prime()
    compute(base, [1.0] * 4)
    base.then(refiner)
    compute(base, [1.0] * 4)
    at_the_end = copies.computing
    assert contents(copies)[-2:] == [100, 101]
    compute(refiner, [1.0] * 3, 100)
    assert contents(copies)[-2:] == [102, 100]
    arrived = next(copy for copy in copies.copies if copy.content == 100)
    assert arrived.end <= at_the_end
    copies.check()


@given(
    count=st.integers(1, 5),
    sizes=st.lists(st.integers(4, 100), min_size=1, max_size=12),
    others=st.lists(st.integers(4, 100), min_size=1, max_size=6),
    rate=st.floats(0.5, 200),
    seconds=st.data(),
)
def test_no_slot_is_filled_while_it_is_read(
    count: int, sizes: list[int], others: list[int], rate: float, seconds: st.DataObject
) -> None:
    copies = FakeCopies(rate=rate)
    ring = Ring(Dock(copies, PLENTY), count, max(sizes + others), CPU)
    base, refiner = train(ring, sizes), train(ring, others, 100)
    durations = seconds.draw(st.lists(st.floats(0.01, 5), min_size=len(sizes), max_size=len(sizes)))
    for step in range(3):
        base.then(refiner if step == 2 else None)
        compute(base, durations)
        stopped = seconds.draw(st.integers(0, len(sizes)))
        compute(base, durations[:stopped])  # a pass that somebody broke off
    compute(refiner, [0.1] * len(others), 100)
    compute(base, durations)
    copies.check()


@given(
    sizes=st.lists(st.integers(4, 100), min_size=1, max_size=10),
    budget=st.integers(0, 1200),
    refuses_after=st.none() | st.integers(0, 1200),
)
def test_whatever_may_be_pinned_the_same_bytes_arrive(sizes: list[int], budget: int, refuses_after: int | None) -> None:
    copies = FakeCopies(refuses_after=refuses_after)
    dock = Dock(copies, budget)
    base = train(Ring(dock, 2, 100, CPU), sizes)
    for _ in range(3):
        compute(base, [1.0] * len(sizes))
    copies.check()
    staged = 2 * 100
    assert sum(copies.pinned.values()) <= min(budget + staged, PLENTY if refuses_after is None else refuses_after)
    if refuses_after is None:
        assert copies.stalls == 0
    dock.close()
    assert copies.pinned == {}


def test_a_refusal_is_not_asked_for_again() -> None:
    """But for the two staging buffers."""
    copies = FakeCopies(refuses_after=3 * 64)
    base = train(Ring(Dock(copies, PLENTY), 2, 64, CPU), [64] * 6)
    for _ in range(3):
        compute(base, [1.0] * 6)
    assert copies.refused <= 3
    copies.check()


def test_units_are_read_from_their_file_at_every_use_where_memory_is_short() -> None:
    copies = FakeCopies(pins=False)
    read: list[int] = []

    def unit(number: int) -> FileCargo:
        def fill(memory: torch.Tensor) -> None:
            read.append(number)
            memory.copy_(bytes_saying(number, 8))

        return FileCargo(8, fill)

    base = Train(Ring(Dock(copies), 2, 8, CPU), [unit(number) for number in range(4)])
    for _ in range(2):
        compute(base, [1.0] * 4)
    assert read == contents(copies) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    copies.check()
