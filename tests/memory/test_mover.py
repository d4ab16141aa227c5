"""Wherever the weights of a network live, it computes the same bits; and no byte moves that need not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.architecture import UNetConfig
from core.checkpoint.describe import describe
from core.checkpoint.load import load_unet
from core.errors import HangaError
from core.memory.cargo import Dock
from core.memory.form import Form
from core.memory.mover import Mover, Where
from core.memory.residency import bytes_of, named, streamed, units
from core.memory.ring import Ring
from core.models.unet import UNet
from core.pipeline.opening import Opened, open_unet, open_unet_in_eight_bits
from tests.checkpoint.samples import base_networks, refiner_networks, write_file
from tests.memory.fake_copies import FakeCopies

CPU = torch.device("cpu")
DEVICE = torch.device("cpu:0")
"""A processor under another name: it is treated as a device whose memory is not the host's."""
EXACT, EIGHT = Form(4), Form(4, eight_bits=True)
OPEN = {EXACT: open_unet, EIGHT: open_unet_in_eight_bits}


@pytest.fixture(scope="module", params=["base", "refiner"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    networks = base_networks() if request.param == "base" else refiner_networks()
    return write_file(tmp_path_factory.mktemp("models") / f"{request.param}.safetensors", networks, torch.float16)


def opened(file: Path, form: Form = EXACT, room: Callable[[int], bool] = lambda count: True) -> Opened:
    return OPEN[form](describe(file), torch.float32, room)


def passed(network: UNet) -> Tensor:
    config, make = network.config, torch.Generator().manual_seed(3)
    given = partial(torch.randn, generator=make)
    latents = given(2, 4, 8, 16).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        return network(
            latents, torch.tensor([500.0, 500.0]), given(2, 77, config.context_dim), given(2, config.vector_dim)
        )


@pytest.fixture(scope="module")
def expected(file: Path) -> Tensor:
    return passed(resident(file))


@pytest.fixture(scope="module")
def rounded(file: Path) -> Tensor:
    """The same in 8 bits."""
    one = opened(file, EIGHT)
    one.mover.settle(Where(CPU))
    return passed(one.network)


def resident(file: Path) -> UNet:
    network, _ = load_unet(describe(file), torch.float32, CPU)
    for weight in network.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return network


def through(config: UNetConfig, share: float, copies: FakeCopies, form: Form = EXACT) -> Where:
    """Where `share` of the weights stay."""
    parts = units(config, form)
    moving = streamed(parts, int(bytes_of(parts) * share))
    size = max(unit.bytes for unit in parts) + 64 * 64
    ring = Ring(Dock(copies, 1 << 40), 3, size, DEVICE)
    return Where(DEVICE, moving, ring, ring.dock)


def moved_bytes(mover: Mover, where: Where) -> dict[str, int]:
    return {unit: mover._packages[unit].bytes for unit in mover.units if unit in where.moving}


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
def test_streamed_is_resident_to_the_bit(file: Path, expected: Tensor, share: float, in_memory: bool) -> None:
    streamed_passes(opened(file, room=lambda count: in_memory), EXACT, share, expected)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
def test_streamed_in_eight_bits_too(file: Path, rounded: Tensor, share: float, in_memory: bool) -> None:
    streamed_passes(opened(file, EIGHT, room=lambda count: in_memory), EIGHT, share, rounded)


def streamed_passes(one: Opened, form: Form, share: float, expected: Tensor) -> None:
    copies = FakeCopies()
    one.mover.settle(through(one.network.config, share, copies, form))
    for _ in range(3):
        assert torch.equal(passed(one.network), expected)
    assert bool(copies.copies) == (share < 1)


def test_eight_bits_are_near(expected: Tensor, rounded: Tensor) -> None:
    assert 0 < (rounded - expected).norm() < 0.02 * expected.norm()


def test_every_streamed_byte_moves_once_in_each_step_and_nothing_else_ever(file: Path) -> None:
    copies = FakeCopies()
    one = opened(file)
    where = through(one.network.config, 0.5, copies)
    one.mover.settle(where)
    sizes = list(moved_bytes(one.mover, where).values())
    assert 0 < sum(sizes) < bytes_of(units(one.network.config, EXACT))
    first = [copy.bytes for copy in copies.copies]
    assert first == sizes[:3]
    counts = []
    for _ in range(3):
        before = len(copies.copies)
        passed(one.network)
        counts.append([copy.bytes for copy in copies.copies[before:]])
    assert [sum(count) for count in counts] == [sum(sizes)] * 3
    assert sorted(counts[0]) == sorted(sizes)
    assert counts[0] == counts[1] == counts[2]
    assert counts[0][: len(sizes) - 3] == sizes[3:]
    assert copies.stalls == 0


def test_addresses_never_change(file: Path) -> None:
    one = opened(file)
    one.mover.settle(through(one.network.config, 0.3, FakeCopies()))
    before = {name: weight.data_ptr() for name, weight in one.network.named_parameters()}
    for _ in range(2):
        passed(one.network)
    assert {name: weight.data_ptr() for name, weight in one.network.named_parameters()} == before


@pytest.mark.parametrize(("form", "made"), [(EXACT, "expected"), (EIGHT, "rounded")])
def test_places_change_under_a_loaded_network(
    file: Path, form: Form, made: str, request: pytest.FixtureRequest
) -> None:
    """As after running out of memory: everything resident, then less and less, then back; read from the file once."""
    one, expected = opened(file, form), request.getfixturevalue(made)
    copies = FakeCopies()
    read: list[int] = []
    one.source.progress = lambda done, total: read.append(done)
    places = [through(one.network.config, share, copies, form) for share in (1.0, 0.5, 0.0, 0.5, 1.0)]
    for number, where in enumerate([*places, None, places[0]]):
        if where is None:
            one.mover.evict()
            assert all(weight.device.type == "meta" for weight in one.network.parameters())
        else:
            one.mover.settle(where)
            assert torch.equal(passed(one.network), expected)
        if number == 0:
            once = len(read)
    assert len(read) == once


def test_what_is_not_copied_to_the_host_comes_from_the_file_again(file: Path, expected: Tensor) -> None:
    one = opened(file, room=lambda count: False)
    for where in (through(one.network.config, 1.0, FakeCopies()), through(one.network.config, 0.0, FakeCopies())):
        one.mover.settle(where)
        assert torch.equal(passed(one.network), expected)


def test_running_out_of_memory_half_way_loses_nothing(
    file: Path, expected: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = opened(file)
    one.mover.settle(through(one.network.config, 1.0, FakeCopies()))
    with monkeypatch.context() as patch:
        patch.setattr("core.memory.ring.torch.empty", lambda *_, **__: (_ for _ in ()).throw(torch.OutOfMemoryError()))
        with pytest.raises(torch.OutOfMemoryError):
            one.mover.settle(through(one.network.config, 0.5, FakeCopies()))
    one.mover.settle(through(one.network.config, 0.0, FakeCopies()))
    assert torch.equal(passed(one.network), expected)


@pytest.mark.parametrize("stored", [torch.float16, torch.float32])
def test_in_place_is_resident_to_the_bit(tmp_path: Path, stored: torch.dtype) -> None:
    torch.manual_seed(5)
    file = write_file(tmp_path / "base.safetensors", base_networks(), stored)
    one = opened(file)
    one.mover.settle(Where(CPU, in_place=True))
    assert torch.equal(passed(one.network), passed(resident(file)))
    assert {weight.dtype for weight in one.network.parameters()} == {stored}


def test_a_file_that_shrinks_under_its_user_is_noticed(tmp_path: Path) -> None:
    torch.manual_seed(5)
    file = write_file(tmp_path / "base.safetensors", base_networks(), torch.float32)
    one = opened(file)
    one.mover.settle(Where(CPU, in_place=True))
    passed(one.network)
    with file.open("r+b") as shrinking:
        shrinking.truncate(file.stat().st_size // 2)
    with pytest.raises(HangaError) as caught:
        passed(one.network)
    assert caught.value.code == "file.changed"


def test_a_file_that_changes_while_it_streams_is_noticed(tmp_path: Path) -> None:
    torch.manual_seed(5)
    file = write_file(tmp_path / "base.safetensors", base_networks(), torch.float32)
    one = opened(file, room=lambda count: False)
    one.mover.settle(through(one.network.config, 0.0, FakeCopies()))
    passed(one.network)
    with file.open("r+b") as shrinking:
        shrinking.truncate(file.stat().st_size // 2)
    with pytest.raises(HangaError) as caught:
        passed(one.network)
    assert caught.value.code == "file.changed"


@pytest.mark.parametrize("form", OPEN)
def test_the_units_that_move_are_those_that_were_planned(file: Path, form: Form) -> None:
    one = opened(file, form)
    where = through(one.network.config, 0.5, FakeCopies(), form)
    one.mover.settle(where)
    planned = bytes_of(named(units(one.network.config, form), where.moving))
    taken = sum(moved_bytes(one.mover, where).values())
    assert planned <= taken <= planned + 64 * 64 * len(where.moving)


@pytest.mark.parametrize("form", OPEN)
def test_every_weight_takes_the_bytes_that_were_counted(file: Path, form: Form) -> None:
    one = opened(file, form)
    for unit in units(one.network.config, form):
        assert sum(berth.bytes for berth in one.mover._packages[unit.name].berths.values()) == unit.bytes
