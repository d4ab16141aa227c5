"""Devices that are too small, go away in the middle, or have a driver that is too old: a sentence, and a picture if
there is any way to one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import events
from core.events import Event
from core.machine import Device, Machine
from core.memory.machine import this_machine
from core.pipeline.run import run
from core.plan import Plan
from tests.cli.conftest import Hanga

CARD = Device(kind="cuda", name="card", memory=8 << 30, bfloat16=True)
REASON = "CUDA error: unspecified launch failure"


@pytest.fixture
def with_card(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = this_machine().processor

    def machine(memory_limit: int | None = None) -> Machine:
        return Machine(devices=(CARD, processor), memory=processor.memory, memory_limit=memory_limit)

    monkeypatch.setattr("core.memory.machine.this_machine", machine)


@pytest.mark.usefixtures("with_card")
def test_a_limit_below_the_minimum_says_the_minimum(generate: Hanga) -> None:
    result = generate("--vram-limit", "0.01")
    assert result.code == 2
    (failed,) = result.named("Failed")
    assert failed["code"] == "request.limit_too_low"
    least = failed["data"]["least"]
    assert f"{least:g} GB" in result.err
    assert result.err.count("\n") == 1
    assert 0.01 < least < 8


@pytest.mark.usefixtures("with_card")
def test_a_device_that_goes_away_costs_no_picture(generate: Hanga, monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(plan: Plan, keeper: object, networks: object, job: str, *others: object) -> Iterator[Event]:
        if plan.device == "cpu":
            yield from run(plan, keeper, networks, job, *others)  # type: ignore[arg-type]
            return
        yield events.Started(job=job, seeds=plan.seeds, width=plan.width, height=plan.height, steps=plan.steps)
        yield events.Failed(job=job, code="engine.device_lost", data={"device": plan.device, "reason": REASON})

    monkeypatch.setattr("core.pipeline.run.run", losing)
    result = generate("--count", "2")
    assert result.code == 0, result.err
    assert len(result.named("Saved")) == 2
    assert not result.named("Failed")
    assert [event["seed"] for event in result.named("Saved")] == result.named("Started")[0]["seeds"]
    assert f"The device cuda:0 stopped answering ({REASON})" in result.err


def test_a_driver_that_is_too_old_leaves_the_processor(generate: Hanga, monkeypatch: pytest.MonkeyPatch) -> None:
    def no() -> bool:
        raise RuntimeError("The NVIDIA driver on your system is too old (found version 11040).")

    monkeypatch.setattr("torch.cuda.is_available", no)
    result = generate()
    assert result.code == 0, result.err
    assert "The graphics card is there but cannot be used" in result.err
