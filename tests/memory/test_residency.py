"""Which units of a UNet stay and which stream: few, evenly spaced, never more for having more memory."""

from __future__ import annotations

import itertools
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.architecture import BASE_UNET, REFINER_UNET, UNetConfig
from core.checkpoint.blueprint import unet_tensors
from core.memory.form import Form
from core.memory.residency import Unit, bytes_of, named, slot_bytes, streamed, units

FULL = [BASE_UNET, REFINER_UNET]
HALF, EIGHT = Form(2), Form(2, eight_bits=True)
forms = st.sampled_from([Form(4), HALF, Form(4, eight_bits=True), EIGHT])
NO_MIDDLE = UNetConfig(middle_depth=None)


@pytest.mark.parametrize("config", [*FULL, NO_MIDDLE])
def test_every_tensor_lies_below_exactly_one_unit(config: UNetConfig) -> None:
    parts = units(config, Form(1))
    names = [unit.name for unit in parts]
    total = 0
    for tensor, shape in unet_tensors(config):
        assert len([name for name in names if tensor.startswith(f"{name}.")]) == 1
        total += prod(shape)
    assert bytes_of(parts) == total


def test_a_transformer_block_is_a_unit_of_its_own_and_stands_where_it_computes() -> None:
    names = [unit.name for unit in units(BASE_UNET, HALF)]
    first = names.index("input_blocks.4.1.norm")
    assert names[first : first + 5] == [
        f"input_blocks.4.1.{part}"
        for part in ("norm", "proj_in", "transformer_blocks.0", "transformer_blocks.1", "proj_out")
    ]
    assert names[:2] == ["time_embed", "label_emb"]
    assert names[-1] == "out"
    assert names.index("middle_block.0") < names.index("middle_block.1.norm") < names.index("middle_block.2")


@pytest.mark.parametrize("config", FULL)
def test_with_room_for_all_none_streams(config: UNetConfig) -> None:
    parts = units(config, HALF)
    assert streamed(parts, bytes_of(parts)) == frozenset()
    assert slot_bytes(parts, frozenset()) == 0


@pytest.mark.parametrize("config", FULL)
@given(share=st.floats(0.05, 1.0), form=forms)
def test_what_stays_fits(config: UNetConfig, share: float, form: Form) -> None:
    parts = units(config, form)
    room = int(bytes_of(parts) * share)
    moving = streamed(parts, room)
    assert bytes_of(parts) - bytes_of(named(parts, moving)) <= room


@pytest.mark.parametrize("config", FULL)
@given(room=st.integers(0, 6 << 30), itemsize=st.sampled_from([2, 4]))
def test_eight_bits_take_half_and_move_no_more(config: UNetConfig, room: int, itemsize: int) -> None:
    exact, narrow = units(config, Form(itemsize)), units(config, Form(itemsize, eight_bits=True))
    assert bytes_of(narrow) < 1.005 * bytes_of(exact) / itemsize
    moved, moved_narrow = (bytes_of(named(parts, streamed(parts, room))) for parts in (exact, narrow))
    assert moved_narrow <= moved


@given(
    sizes=st.lists(st.integers(1, 1000), min_size=1, max_size=40),
    rooms=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
)
def test_more_room_never_moves_more(sizes: list[int], rooms: tuple[int, int]) -> None:
    parts = tuple(Unit(str(index), size) for index, size in enumerate(sizes))
    less, more = sorted(rooms)
    moved = [bytes_of(named(parts, streamed(parts, room))) for room in (less, more)]
    assert moved[0] >= moved[1]


def test_those_that_stream_are_spread_over_the_whole_pass() -> None:
    parts = units(BASE_UNET, HALF)
    moving = streamed(parts, bytes_of(parts) // 2)
    large = [unit.name for unit in parts if unit.bytes > 24_000_000]
    waits = [index for index, name in enumerate(large) if name in moving]
    assert max(after - before for before, after in itertools.pairwise(waits)) <= 3
    assert waits[0] <= 2
    assert waits[-1] >= len(large) - 4
