"""What goes wrong in a run: fallbacks that cost nothing but time, sentences for the rest, and nothing half-made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import events
from core.errors import HangaError
from core.events import Event
from core.models.unet import UNet
from core.models.vae import VAE
from core.pipeline.decode import NOTE_WIDER
from core.pipeline.ladder import NOTE_ROOM, NOTE_TILED
from core.pipeline.networks import Networks
from core.plan import Plan
from core.record import ImageRecord
from tests.pipeline.studio import Shelf, Studio

Decode = Callable[[VAE, Tensor], Tensor]

OUT_OF_MEMORY = {
    "graphics card": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    "processor": RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"),
    "processor, Windows": RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory"),
    "Apple": RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1.00 GB)"),
    "numpy": MemoryError(),
}


@pytest.fixture(scope="module")
def plan(studio: Studio) -> Plan:
    return studio.plan(refiner=None)


@pytest.fixture(scope="module")
def expected(studio: Studio, plan: Plan) -> Shelf:
    return studio.shelf(plan)


def decode_with(monkeypatch: pytest.MonkeyPatch, change: Callable[[Decode, VAE, Tensor], Tensor]) -> None:
    decode: Decode = VAE.decode
    monkeypatch.setattr(VAE, "decode", lambda vae, latents: change(decode, vae, latents))


def notes(happened: list[Event]) -> list[str]:
    return [event.note for event in happened if isinstance(event, events.StageStarted) and event.note]


def failure(happened: list[Event]) -> events.Failed:
    last = happened[-1]
    assert isinstance(last, events.Failed)
    assert sum(isinstance(event, events.Finished | events.Cancelled | events.Failed) for event in happened) == 1
    return last


@pytest.mark.parametrize("error", OUT_OF_MEMORY.values(), ids=OUT_OF_MEMORY.keys())
def test_decoding_goes_on_once_everything_else_has_made_way(
    studio: Studio, plan: Plan, expected: Shelf, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failed: list[bool] = []

    def once(decode: Decode, vae: VAE, latents: Tensor) -> Tensor:
        if not failed:
            failed.append(True)
            raise error
        return decode(vae, latents)

    decode_with(monkeypatch, once)
    shelf = Shelf()
    happened = studio.run(plan, shelf)
    assert notes(happened) == [NOTE_ROOM]
    assert isinstance(happened[-1], events.Finished)
    assert np.array_equal(shelf.pictures[7], expected.pictures[7])


def test_decoding_goes_on_in_tiles(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = studio.plan(refiner=None, width=640, height=512, steps=1)
    expected, sides = studio.shelf(plan), []

    def small_enough(decode: Decode, vae: VAE, latents: Tensor) -> Tensor:
        sides.append(max(latents.shape[2:]))
        if sides[-1] > 64:
            raise torch.OutOfMemoryError
        return decode(vae, latents)

    decode_with(monkeypatch, small_enough)
    shelf = Shelf()
    happened = studio.run(plan, shelf)
    assert notes(happened) == [NOTE_ROOM, NOTE_TILED]
    assert sides == [80, 80, 64, 64]
    assert np.abs(shelf.pictures[7].astype(int) - expected.pictures[7]).mean() < 2


def test_when_tiles_do_not_fit_either_the_latents_are_there(
    studio: Studio, plan: Plan, expected: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(decode: Decode, vae: VAE, latents: Tensor) -> Tensor:
        raise torch.OutOfMemoryError

    decode_with(monkeypatch, never)
    shelf = Shelf()
    assert failure(studio.run(plan, shelf)).code == "memory.decode"
    assert np.array_equal(shelf.of(7)["final"], expected.of(7)["final"])
    assert not shelf.pictures


@pytest.mark.parametrize("error", OUT_OF_MEMORY.values(), ids=OUT_OF_MEMORY.keys())
def test_memory_that_runs_out_in_a_step(
    studio: Studio, plan: Plan, expected: Shelf, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> Tensor:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(UNet, "forward", fail)
        failed = failure(studio.run(plan, Shelf()))
    assert (failed.code, failed.data) == ("memory.exhausted", {"device": "cpu"})
    assert np.array_equal(studio.shelf(plan).pictures[7], expected.pictures[7])


def test_a_bug_is_not_mistaken_for_a_lack_of_memory(
    studio: Studio, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object) -> Tensor:
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(UNet, "forward", wrong)
    with pytest.raises(RuntimeError, match="shapes"):
        studio.run(plan, Shelf())


def test_a_device_that_goes_away_is_no_bug(studio: Studio, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> object:
        raise RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be reported later")

    monkeypatch.setattr(Networks, "follow", gone)
    failed = failure(studio.run(replace(plan, device="cuda:0"), Shelf(), fresh=True))
    assert failed.code == "engine.device_lost"
    assert failed.data == {"device": "cuda:0", "reason": "CUDA error: unspecified launch failure"}
    with pytest.raises(RuntimeError):
        studio.run(plan, Shelf(), fresh=True)


def test_a_run_stops_between_two_attempts(studio: Studio, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fail(*_: object) -> Tensor:
        calls.append(True)
        raise torch.OutOfMemoryError

    monkeypatch.setattr(UNet, "forward", fail)
    shelf = Shelf()
    *_, last = studio.run(plan, shelf, lambda: bool(calls))
    assert isinstance(last, events.Cancelled)
    assert len(calls) == 1
    assert not shelf.latents


def test_numbers_out_of_range_are_decoded_in_a_wider_type(
    studio: Studio, plan: Plan, expected: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflowing(decode: Decode, vae: VAE, latents: Tensor) -> Tensor:
        pixels = decode(vae, latents)
        if latents.dtype == torch.bfloat16:
            pixels[0, 1, 3, 5] = torch.nan
        return pixels

    decode_with(monkeypatch, overflowing)
    shelf = Shelf()
    happened = studio.run(replace(plan, vae_dtype="bfloat16"), shelf)
    assert notes(happened) == [NOTE_WIDER]
    assert np.array_equal(shelf.pictures[7], expected.pictures[7])


def test_memory_may_run_out_in_the_wider_type_too(
    studio: Studio, plan: Plan, expected: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[bool] = []

    def both(decode: Decode, vae: VAE, latents: Tensor) -> Tensor:
        if latents.dtype == torch.bfloat16:
            return decode(vae, latents) * torch.inf
        if not failed:
            failed.append(True)
            raise torch.OutOfMemoryError
        return decode(vae, latents)

    decode_with(monkeypatch, both)
    shelf = Shelf()
    assert notes(studio.run(replace(plan, vae_dtype="bfloat16"), shelf)) == [NOTE_WIDER, NOTE_ROOM]
    assert np.array_equal(shelf.pictures[7], expected.pictures[7])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (torch.nan, "engine.not_finite"),
        (torch.inf, "engine.not_finite"),
        (0.0, "engine.blank_picture"),
        (-1.0, "engine.blank_picture"),
        (7.0, "engine.blank_picture"),
    ],
)
def test_what_is_no_picture_is_never_saved(
    studio: Studio, plan: Plan, monkeypatch: pytest.MonkeyPatch, value: float, code: str
) -> None:
    decode_with(monkeypatch, lambda decode, vae, latents: torch.full_like(decode(vae, latents), value))
    shelf = Shelf()
    happened = studio.run(plan, shelf)
    assert failure(happened).code == code
    assert not any(isinstance(event, events.Saved) for event in happened)
    assert not shelf.pictures


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("at", [1, 3, 5])
def test_numbers_that_are_none_end_the_run_at_their_step(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, at: int, value: float
) -> None:
    """A single one is enough; and nothing that holds it is kept, for a later attempt to go on from."""
    forward, calls = UNet.forward, 0

    def spoilt(unet: UNet, *inputs: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        output = forward(unet, *inputs)
        if calls == at:
            output[0, 1, 2, 3] = value
        return output

    monkeypatch.setattr(UNet, "forward", spoilt)
    shelf, plan = Shelf(), studio.plan()
    happened = studio.run(plan, shelf)
    role = "base" if at <= 4 else "refiner"
    assert (failure(happened).code, failure(happened).data) == ("engine.not_finite", {"stage": role, "step": at})
    assert sum(isinstance(event, events.Stepped) for event in happened) == at - 1
    assert all(np.isfinite(kept).all() for latents in shelf.latents.values() for kept in latents.values())
    monkeypatch.undo()
    studio.run(plan, shelf, resume=True)
    assert np.array_equal(shelf.pictures[7], studio.shelf(plan).pictures[7])


class FullDisk(Shelf):
    def keep_picture(self, pixels: NDArray[np.uint8], record: ImageRecord) -> Path:
        raise HangaError("disk.full", name="x.png", folder="pictures")


def test_an_error_of_the_keeper_ends_the_run(studio: Studio, plan: Plan) -> None:
    shelf = FullDisk()
    failed = failure(studio.run(plan, shelf))
    assert (failed.code, failed.data["name"]) == ("disk.full", "x.png")
    assert "final" in shelf.of(7)


def test_a_file_that_changed_since_it_was_planned_with(studio: Studio, plan: Plan) -> None:
    (stage,) = plan.stages
    other = replace(stage, unet=replace(stage.unet, middle_depth=2))
    assert failure(studio.run(replace(plan, stages=(other,)), Shelf(), fresh=True)).code == "file.changed"
    gone = replace(stage, model=replace(stage.model, path="/nowhere/base.safetensors"))
    assert failure(studio.run(replace(plan, stages=(gone,)), Shelf())).code == "file.missing"


def test_after_an_error_in_one_of_many_the_finished_ones_are_there(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = studio.plan(refiner=None, count=3)
    decoded = []

    def second_fails(decode: Decode, vae: VAE, latents: Tensor) -> Tensor:
        decoded.append(True)
        return decode(vae, latents) * (torch.nan if len(decoded) > 1 else 1.0)

    decode_with(monkeypatch, second_fails)
    shelf = Shelf()
    assert failure(studio.run(plan, shelf)).code == "engine.not_finite"
    assert list(shelf.pictures) == [7]
