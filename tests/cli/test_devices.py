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


def failing_on_cards(monkeypatch: pytest.MonkeyPatch, code: str, data: dict[str, str]) -> None:
    """Runs fail so wherever they are not the processor's."""

    def failing(plan: Plan, keeper: object, networks: object, job: str, *others: object) -> Iterator[Event]:
        if plan.device == "cpu":
            yield from run(plan, keeper, networks, job, *others)  # type: ignore[arg-type]
            return
        yield events.Started(job=job, seeds=plan.seeds, width=plan.width, height=plan.height, steps=plan.steps)
        yield events.Failed(job=job, code=code, data={"device": plan.device, **data})

    monkeypatch.setattr("core.pipeline.run.run", failing)


@pytest.mark.usefixtures("with_card")
@pytest.mark.parametrize(
    ("code", "data", "sentence"),
    [
        ("engine.device_lost", {"reason": REASON}, f"The device cuda:0 stopped answering ({REASON})"),
        ("memory.exhausted", {}, "The memory of cuda:0 is too short for this"),
    ],
    ids=["lost", "too small"],
)
def test_the_processor_goes_on_without_a_device(
    generate: Hanga, monkeypatch: pytest.MonkeyPatch, code: str, data: dict[str, str], sentence: str
) -> None:
    failing_on_cards(monkeypatch, code, data)
    result = generate("--count", "2")
    assert result.code == 0, result.err
    assert len(result.named("Saved")) == 2
    assert not result.named("Failed")
    assert [event["seed"] for event in result.named("Saved")] == result.named("Started")[0]["seeds"]
    assert sentence in result.err


@pytest.mark.usefixtures("with_card")
def test_a_device_asked_for_by_name_is_not_left_for_want_of_memory(
    generate: Hanga, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_on_cards(monkeypatch, "memory.exhausted", {})
    result = generate("--device", "cuda")
    assert result.code == 4
    assert result.named("Failed")[0]["code"] == "memory.exhausted"


def test_a_driver_that_is_too_old_leaves_the_processor(generate: Hanga, monkeypatch: pytest.MonkeyPatch) -> None:
    def no() -> bool:
        raise RuntimeError("The NVIDIA driver on your system is too old (found version 11040).")

    monkeypatch.setattr("torch.cuda.is_available", no)
    result = generate()
    assert result.code == 0, result.err
    assert "The graphics card is there but cannot be used" in result.err
