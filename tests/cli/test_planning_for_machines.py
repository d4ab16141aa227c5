"""`hanga plan --machine`: what would be done on a machine that is described in words."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Hanga, Models


def test_a_described_machine_is_planned_for(hanga: Hanga, models: Models) -> None:
    plan = hanga(
        "plan", "a fox", "--checkpoint", models.base, "--machine", "vram=8GB,ram=16GB,cuda", "--seed", 7, "--json"
    ).facts
    assert (plan["device"], plan["dtype"]) == ("cuda:0", "float16")
    assert [peak["stage"] for peak in plan["residency"]["peaks"]][-1] == "decode"


def test_weights_in_eight_bits_take_less(hanga: Hanga, models: Models) -> None:
    asked = ("plan", "a fox", "--checkpoint", models.base, "--machine", "ram=8GB,cpu", "--json")
    ways = [hanga(*asked, "--weights", way).facts for way in ("exact", "8bit")]
    assert [plan["request"]["weights"] for plan in ways] == ["exact", "8bit"]
    assert ways[1]["peak_bytes"] < ways[0]["peak_bytes"]


def test_people_read_a_line_for_every_stage(hanga: Hanga, models: Models) -> None:
    result = hanga(
        "plan", "a fox", "--checkpoint", models.base, "--refiner", models.refiner, "--machine", "ram=8GB,cpu"
    )
    stages = [line.split()[0] for line in result.out.splitlines()[1:]]
    assert stages == ["stage", "load", "encode", "base", "swap", "encode", "refiner", "decode"]


NOBODYS = """
cuda
ram=8GB
vram=8GB,cuda
ram=8GB,vram=4GB,cpu
ram=8GB,cpu,cuda
ram=0GB,cpu
ram=8TB,cpu
ram=8GB,ram=9GB,cpu
ram=8GB,cpu,cpu
ram=8GB,cpu,fast
ram=nan,cpu
ram=-1GB,cpu
ram=1e9GB,cpu
"""


@pytest.mark.parametrize("text", NOBODYS.strip().splitlines())
def test_a_machine_that_nobody_can_build_is_refused_in_one_sentence(hanga: Hanga, text: str) -> None:
    result = hanga("plan", "a fox", "--machine", text)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert "vram=8GB,ram=16GB,cuda" in result.err


def test_a_limit_that_is_too_low_is_refused_with_the_lowest(hanga: Hanga, models: Models) -> None:
    result = hanga("plan", "a fox", "--checkpoint", models.base, "--vram-limit", 0.1, "--machine", "ram=8GB,cpu")
    assert result.code == 2
    assert "0.1" in result.err
    assert result.err.count("GB") == 2
