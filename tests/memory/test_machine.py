"""What there is to compute with, and what torch says of cards that cannot be used."""

from __future__ import annotations

import warnings

import pytest

from core.memory.machine import NOTE_UNUSABLE, this_machine

TOO_OLD = "CUDA initialization: The NVIDIA driver on your system is too old (found version 11040)."


def test_the_processor_is_always_there() -> None:
    assert this_machine().processor.kind == "cpu"
    assert this_machine(3 << 30).memory_limit == 3 << 30


def test_a_driver_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def warns() -> bool:
        warnings.warn(TOO_OLD, stacklevel=2)
        return False

    monkeypatch.setattr("torch.cuda.is_available", warns)
    machine = this_machine()
    assert machine.notes == (NOTE_UNUSABLE,)
    assert [device.kind for device in machine.devices if device.kind != "mps"] == ["cpu"]


def test_a_driver_that_fails_at_its_first_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(index: int) -> object:
        raise RuntimeError("CUDA error: initialization error")

    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr("torch.cuda.get_device_properties", fails)
    assert this_machine().notes == (NOTE_UNUSABLE,)


def test_no_card_is_nothing_to_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert this_machine().notes == ()
