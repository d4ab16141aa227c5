"""Weights in 8 bits: as near as they can be, the same however they are read, and looked at like all others."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.architecture import BASE_UNET, REFINER_UNET, UNetConfig
from core.checkpoint.blueprint import unet_tensors
from core.checkpoint.describe import describe
from core.checkpoint.eight_bits import REACH, lies_in_eight_bits, scale_of
from core.checkpoint.filling import narrow
from core.errors import HangaError
from core.memory.packing import empty
from core.models.ops import widened
from core.pipeline.opening import open_unet_in_eight_bits
from tests.checkpoint.samples import base_networks, write_file, write_folder

DTYPES = [torch.float32, torch.bfloat16, torch.float16]
CPU = torch.device("cpu")
LAYER = "middle_block.1.transformer_blocks.0.ff.net.2"


def narrowed(stored: Tensor) -> tuple[Tensor, Tensor]:
    target, scale = torch.empty_like(stored, dtype=torch.int8), torch.empty(len(stored))
    narrow(stored, target, scale)
    return target, scale


@given(
    rows=st.integers(1, 40),
    columns=st.sampled_from([1, 7, 40_000]),
    size=st.sampled_from([1e-44, 1e-9, 1e-3, 1.0, 1e30]),
    seed=st.integers(0, 99),
)
def test_every_number_is_within_half_a_step(rows: int, columns: int, size: float, seed: int) -> None:
    stored = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * size
    stored[0] = 0.0
    integers, scale = narrowed(stored)
    most = integers.int().abs().amax(1)
    assert int(most[0]) == 0
    assert bool((most[1:] == REACH).all() if size > 1e-40 else (most <= REACH).all())
    off = (stored.double() - integers.double() * scale.double()[:, None]).abs()
    assert bool((off <= 0.5001 * scale.double()[:, None] + REACH * 1.5e-45).all())


@given(start=st.integers(0, 30), count=st.integers(1, 10))
def test_rows_are_the_same_by_themselves(start: int, count: int) -> None:
    """Files are read in pieces."""
    stored = torch.randn(40, 3, 3, 3, generator=torch.Generator().manual_seed(1))
    integers, scale = narrowed(stored)
    some = slice(start, start + count)
    alone = narrowed(stored[some].clone())
    assert torch.equal(alone[0], integers[some])
    assert torch.equal(alone[1], scale[some])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(300, 1000), (64, 32, 3, 3)])
def test_at_their_use_they_are_rounded_once(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """Also where a scale is too small for the type, as those of float16 often are."""
    integers, scale = narrowed(1e-4 * torch.randn(shape))
    integers = empty(integers.shape, torch.int8, CPU).copy_(integers)
    made = widened(integers, scale, torch.empty(0, dtype=dtype))
    expected = integers.double() * scale.double().view(-1, *[1] * (len(shape) - 1))
    assert torch.equal(made, expected.float().to(dtype))
    assert made.stride() == integers.stride()


@pytest.mark.parametrize("config", [BASE_UNET, REFINER_UNET])
def test_nearly_all_numbers_are_in_eight_bits(config: UNetConfig) -> None:
    """And what meets the latents is not."""
    counts = {True: 0, False: 0}
    for _, shape in unet_tensors(config):
        counts[lies_in_eight_bits(shape)] += prod(shape)
    assert counts[False] < 0.001 * counts[True]
    shapes = dict(unet_tensors(config))
    assert not any(lies_in_eight_bits(shapes[name]) for name in ("input_blocks.0.0.weight", "out.2.weight"))


def read(path: Path, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    one = open_unet_in_eight_bits(describe(path), dtype, lambda count: True)
    berths = {f"{unit}.{name}": it for unit in one.mover.units for name, it in one.mover._packages[unit].berths.items()}
    targets = {name: torch.empty(berth.shape, dtype=berth.dtype) for name, berth in berths.items()}
    one.source.read(targets)
    return targets


@pytest.mark.parametrize("layout", [write_file, write_folder])
@pytest.mark.parametrize("stored", DTYPES)
def test_files_of_every_layout_give_the_nearest_integers(tmp_path: Path, layout, stored: torch.dtype) -> None:
    torch.manual_seed(3)
    networks = base_networks()
    found = read(layout(tmp_path / "base", networks, stored))
    for name, weight in networks.unet.state_dict().items():
        if lies_in_eight_bits(weight.shape):
            integers, scale = narrowed(weight.to(stored))
            assert torch.equal(found[name], integers)
            assert torch.equal(found[scale_of(name)], scale)
        else:
            assert torch.equal(found[name], weight.to(stored).float())


@pytest.mark.parametrize(
    ("value", "dtype", "code"),
    [
        (float("nan"), torch.float32, "file.not_finite"),
        (float("inf"), torch.bfloat16, "file.not_finite"),
        (1e5, torch.float16, "file.overflows"),
    ],
)
def test_what_is_no_number_is_refused(tmp_path: Path, value: float, dtype: torch.dtype, code: str) -> None:
    networks = base_networks()
    with torch.no_grad():
        networks.unet.get_parameter(f"{LAYER}.weight")[3, 5] = value
    path = write_file(tmp_path / "base", networks, torch.float32)
    with pytest.raises(HangaError) as refused:
        read(path, dtype)
    assert refused.value.code == code


def test_what_the_file_lacks_is_told(tmp_path: Path) -> None:
    path = write_file(tmp_path / "base", base_networks(), torch.float32)
    one = open_unet_in_eight_bits(describe(path), torch.float32, lambda count: True)
    short = replace(one.source.part, stored=tuple(it for it in one.source.part.stored if LAYER not in it.place.name))
    one.source.part = short
    with pytest.raises(HangaError) as refused:
        one.source.read({f"{LAYER}.weight": torch.empty(1, dtype=torch.int8), f"{LAYER}.scale": torch.empty(1)})
    assert refused.value.code == "file.incomplete"
