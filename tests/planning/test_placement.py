"""What goes where, from a description of the machine: device, type, and whether everything may stay."""

from __future__ import annotations

import pytest

from core.machine import Device, Machine
from core.plan import Plan
from tests.planning.library import GIB, Library, machine, plan_for


def placed(plan: Plan) -> tuple[str, str, str, bool]:
    return plan.device, plan.dtype, plan.vae_dtype, plan.keep_resident


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (machine("cuda", 24), ("cuda:0", "bfloat16", "bfloat16", True)),
        (machine("cuda", 8), ("cuda:0", "bfloat16", "bfloat16", False)),
        (machine("cuda", 4), ("cuda:0", "bfloat16", "bfloat16", False)),
        (machine("cuda", 24, bfloat16=False), ("cuda:0", "float16", "float32", True)),
        (machine("cuda", 24, limit=8), ("cuda:0", "bfloat16", "bfloat16", False)),
        (machine("mps", 32), ("mps", "bfloat16", "bfloat16", True)),
        (machine("cpu", 64), ("cpu", "bfloat16", "bfloat16", True)),
        (machine("cpu", 64, bfloat16=False), ("cpu", "float32", "float32", True)),
        (machine("cpu", 16, bfloat16=False), ("cpu", "float32", "float32", False)),
    ],
    ids=["24 GB", "8 GB", "4 GB", "without bfloat16", "capped", "Apple", "processor", "older processor", "laptop"],
)
def test_a_full_size_model_on_every_machine(
    library: Library, on: Machine, expected: tuple[str, str, str, bool]
) -> None:
    assert placed(plan_for(library, on)) == expected


def test_a_small_model_gains_nothing_from_a_narrow_type_on_a_processor(library: Library) -> None:
    plan = plan_for(library, machine("cpu", 16), checkpoint="small", width=256, height=256)
    assert placed(plan) == ("cpu", "float32", "float32", True)


@pytest.mark.parametrize(("memory", "fits"), [(4, False), (12, True), (24, True)])
def test_it_is_said_when_it_may_not_fit(library: Library, memory: int, fits: bool) -> None:
    assert ("note.may_not_fit" in plan_for(library, machine("cuda", memory)).notes) != fits


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
    [("fp32", "float32", "float32"), ("bf16", "bfloat16", "bfloat16"), ("fp16", "float16", "float32")],
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
    assert wide.peak_bytes == pytest.approx(2 * alone.peak_bytes, rel=0.01)
    assert in_turn.peak_bytes < both.peak_bytes
    assert large.peak_bytes > alone.peak_bytes
