"""What goes where, from a description of the machine: device, type, and whether everything may stay."""

from __future__ import annotations

import math

import pytest

from core.errors import HangaError
from core.machine import Device, Machine
from core.plan import Plan
from tests.planning.library import GIB, Library, machine, plan_for


def placed(plan: Plan) -> tuple[str, str, str, bool]:
    return plan.device, plan.dtype, plan.vae_dtype, plan.keep_resident


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (machine("cuda", 24), ("cuda:0", "float16", "bfloat16", True)),
        (machine("cuda", 8), ("cuda:0", "float16", "bfloat16", False)),
        (machine("cuda", 2), ("cuda:0", "float16", "bfloat16", False)),
        (machine("cuda", 24, bfloat16=False), ("cuda:0", "float16", "float32", True)),
        (machine("cuda", 24, limit=8), ("cuda:0", "float16", "bfloat16", False)),
        (machine("mps", 32, host=32), ("mps", "float16", "bfloat16", True)),
        (machine("cpu", 64, host=64), ("cpu", "bfloat16", "bfloat16", True)),
        (machine("cpu", 64, host=64, bfloat16=False), ("cpu", "float32", "float32", True)),
        (machine("cpu", 16, host=16, bfloat16=False), ("cpu", "float32", "float32", False)),
    ],
    ids=["24 GB", "8 GB", "2 GB", "without bfloat16", "capped", "Apple", "processor", "older processor", "laptop"],
)
def test_a_full_size_model_on_every_machine(
    library: Library, on: Machine, expected: tuple[str, str, str, bool]
) -> None:
    assert placed(plan_for(library, on)) == expected


@pytest.mark.parametrize(("native", "dtype"), [(True, "bfloat16"), (False, "float32")])
def test_on_a_processor_the_chip_decides_the_type_and_not_the_model(library: Library, native: bool, dtype: str) -> None:
    plan = plan_for(library, machine("cpu", 16, bfloat16=native), checkpoint="small", width=256, height=256)
    assert placed(plan) == ("cpu", dtype, dtype, True)


@pytest.mark.parametrize(("memory", "fits"), [(2, False), (8, True), (24, True)])
def test_it_is_said_when_nothing_can_be_promised(library: Library, memory: int, fits: bool) -> None:
    assert ("note.may_not_fit" in plan_for(library, machine("cpu", memory, host=memory)).notes) != fits


def test_a_card_that_is_too_small_makes_way_for_the_processor(library: Library) -> None:
    plan = plan_for(library, machine("cuda", 1))
    assert plan.device == "cpu"
    assert "note.on_processor" in plan.notes


def test_a_card_that_was_asked_for_is_refused_with_what_it_would_take(library: Library) -> None:
    with pytest.raises(HangaError) as refused:
        plan_for(library, machine("cuda", 1), device="cuda")
    assert refused.value.code == "memory.too_small"
    least = math.ceil(float(refused.value.data["least"]))
    assert plan_for(library, machine("cuda", least), device="cuda").device == "cuda:0"


def test_a_limit_that_is_too_low_is_refused_with_the_lowest(library: Library) -> None:
    with pytest.raises(HangaError) as refused:
        plan_for(library, machine("cuda", 24, limit=1))
    assert refused.value.code == "request.limit_too_low"
    least = math.ceil(float(refused.value.data["least"]))
    assert plan_for(library, machine("cuda", 24, limit=least)).device == "cuda:0"


def test_devices_are_chosen_by_name(library: Library) -> None:
    cards = tuple(Device(kind="cuda", index=n, memory=(8 + 16 * n) * GIB, bfloat16=True) for n in range(2))
    both = Machine(devices=(*cards, Device(kind="cpu", memory=64 * GIB, bfloat16=False)), memory=64 * GIB)
    chosen = {name: plan_for(library, both, device=name) for name in ("auto", "cuda", "cuda:0", "cuda:1", "cpu")}
    assert [plan.device for plan in chosen.values()] == ["cuda:0", "cuda:0", "cuda:0", "cuda:1", "cpu"]
    assert not chosen["cuda:0"].keep_resident
    assert chosen["cuda:1"].keep_resident
    assert chosen["cpu"].dtype == "float32"


@pytest.mark.parametrize(
    ("asked", "dtype", "vae"),
    [("fp32", "float32", "float32"), ("bf16", "bfloat16", "bfloat16"), ("fp16", "float16", "bfloat16")],
)
def test_the_type_that_was_asked_for(library: Library, asked: str, dtype: str, vae: str) -> None:
    plan = plan_for(library, machine("cuda", 24), dtype=asked)
    assert (plan.dtype, plan.vae_dtype) == (dtype, vae)


def test_bytes_follow_what_is_in_memory(library: Library) -> None:
    both = plan_for(library, machine("cuda", 48))
    alone = plan_for(library, machine("cuda", 48), refiner=None)
    wide = plan_for(library, machine("cuda", 48), refiner=None, dtype="fp32")
    in_turn = plan_for(library, machine("cuda", 8))
    large = plan_for(library, machine("cuda", 48), refiner=None, width=2048, height=2048)
    assert 12 * GIB < both.peak_bytes < 16 * GIB
    assert 6 * GIB < alone.peak_bytes < 9 * GIB
    assert wide.peak_bytes == pytest.approx(2 * alone.peak_bytes, rel=0.02)
    assert in_turn.peak_bytes < both.peak_bytes
    assert large.peak_bytes > alone.peak_bytes
