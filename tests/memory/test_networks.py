"""Whole pictures with weights in every place that a plan can name: the same bits, and no byte moved for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core import events
from core.checkpoint.describe import describe
from core.checkpoint.save import save_checkpoint
from core.memory.form import form_of
from core.memory.lodgings import housed, streaming
from core.memory.mover import Mover, Where
from core.models.unet import UNet
from core.paths import Home
from core.pipeline.networks import Key, Networks
from core.pipeline.opening import open_unet
from core.pipeline.run import run
from core.plan import Plan
from core.request import EIGHT_BITS, EXACT, Lora
from core.residency import IN_PLACE, RESIDENT, UNDECIDED, Lodging
from core.residency import UNET as UNET_PART
from tests.memory.fake_copies import FakeCopies
from tests.patches.loras import Maker, unet_matrices, written
from tests.pipeline.studio import REQUEST, Shelf, Studio
from tests.tiny import BASE_UNET, filled, write_base, write_refiner

DEVICE = "cpu:0"
"""A processor under another name: it is treated as a device whose memory is not the host's."""
QUICK = replace(REQUEST, width=64, height=64, steps=4)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    torch.set_num_threads(1)
    home = Home(tmp_path_factory.mktemp("studio"))
    home.models.mkdir()
    write_base(home.models / "base.safetensors")
    write_refiner(home.models / "refiner.safetensors")
    home.loras.mkdir()
    written(home.loras / "style.safetensors", Maker(4).low_rank(unet_matrices(), "kohya")[0])
    return Studio(home)


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> FakeCopies:
    fake = FakeCopies()
    monkeypatch.setattr("core.pipeline.networks.copies_to", lambda device: fake)
    return fake


def placed(plan: Plan, place: str, share: float = 1.0, keep: bool = True, pinned: int = 1 << 40) -> Plan:
    """The plan on a device, its UNets in that place with that share of weights resident."""
    bare = replace(plan, residency=UNDECIDED, keep_resident=keep)
    plan = housed(replace(bare, device="cpu" if place == IN_PLACE else DEVICE))

    def lodged(one: Lodging) -> Lodging:
        stage = next(stage for stage in plan.stages if stage.role == one.role)
        if one.part != UNET_PART or place == RESIDENT:
            return replace(one, place=RESIDENT if place != IN_PLACE else place)
        if place == IN_PLACE:
            return replace(one, place=IN_PLACE)
        return streaming(one, stage.unet, form_of(plan), int(one.weight_bytes * share))

    lodgings = tuple(lodged(one) for one in plan.residency.lodgings)
    return replace(plan, residency=replace(plan.residency, lodgings=lodgings, pinned_bytes=pinned))


def finals(studio: Studio, plan: Plan, networks: Networks | None = None) -> list[np.ndarray]:
    shelf = Shelf()
    happened = list(run(plan, shelf, networks or Networks(), "job"))
    assert isinstance(happened[-1], events.Finished), happened[-1]
    return [shelf.of(seed)[name] for seed in plan.seeds for name in ("handoff", "final")]


def places() -> Iterator[tuple[str, float, bool, int]]:
    for keep in (True, False):
        yield RESIDENT, 1.0, keep, 1 << 40
        yield IN_PLACE, 1.0, keep, 0
        yield "streamed", 0.5, keep, 1 << 40
    yield "streamed", 0.0, False, 0
    yield "streamed", 0.0, False, 4 << 20


@pytest.mark.parametrize("loras", [(), (Lora(name="style", weight=0.7),)])
@pytest.mark.parametrize("weights", [EXACT, EIGHT_BITS])
def test_where_weights_live_changes_no_bit(
    studio: Studio, copies: FakeCopies, loras: tuple[Lora, ...], weights: str
) -> None:
    plan = studio.plan(replace(QUICK, loras=loras, count=2, weights=weights))
    expected = finals(studio, plan)
    for place, share, keep, pinned in places():
        if (place, weights) == (IN_PLACE, EIGHT_BITS):
            continue
        found = finals(studio, placed(plan, place, share, keep, pinned))
        assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True)), (place, share, keep)


def test_the_second_picture_moves_what_streams_and_nothing_else(studio: Studio, copies: FakeCopies) -> None:
    plan = placed(studio.plan(QUICK), "streamed", 0.5)
    networks = Networks()
    moved = []
    for _ in range(3):
        before = len(copies.copies)
        finals(studio, plan, networks)
        moved.append(sum(copy.bytes for copy in copies.copies[before:]))
    assert 0 < moved[1] == moved[2] <= moved[0]
    assert copies.stalls == 0
    resident = placed(studio.plan(QUICK), RESIDENT)
    finals(studio, resident, networks)
    before = len(copies.copies)
    finals(studio, resident, networks)
    assert len(copies.copies) == before


def test_the_refiner_streams_in_while_the_base_finishes(studio: Studio, copies: FakeCopies) -> None:
    """From the second picture on, when the host has copies of both."""
    plan = placed(studio.plan(QUICK), "streamed", 0.0)
    base, refiner = plan.stages
    networks = Networks()
    finals(studio, plan, networks)
    networks.unet(base, plan, lambda: None)
    before = len(copies.copies)
    networks.ahead(refiner, plan)
    passed(networks.unet(base, plan, lambda: None), hand_over=lambda: networks.hand_over(base, refiner, plan))
    streams = networks.held[Key(refiner.model, "unet", torch.float32)]["unet"].mover.train
    assert streams is not None
    assert [copy.bytes for copy in copies.copies[before:]][-3:] == [cargo.bytes for cargo in streams.cargo[:3]]
    before = len(copies.copies)
    networks.unet(refiner, plan, lambda: None)
    assert len(copies.copies) == before


def passed(network: UNet, hand_over: Callable[[], None]) -> None:
    hand_over()
    config = network.config
    shapes = ((1, 4, 8, 8), (1,), (1, 77, config.context_dim), (1, config.vector_dim))
    with torch.no_grad():
        network(*(torch.zeros(shape) for shape in shapes))


def test_a_lower_plan_moves_what_is_loaded(studio: Studio, copies: FakeCopies, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = Networks()
    plan = studio.plan(QUICK)
    expected = finals(studio, placed(plan, RESIDENT), networks)
    monkeypatch.setattr("core.pipeline.networks.describe", lambda path: pytest.fail("opened again"))
    lower = placed(plan, "streamed", 0.3, pinned=1 << 40)
    found = finals(studio, lower, networks)
    assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))
    assert copies.copies


def test_others_leave_the_device_where_not_all_may_stay(studio: Studio, copies: FakeCopies) -> None:
    networks = Networks()
    plan = placed(studio.plan(QUICK), RESIDENT, keep=False)
    networks.follow(plan)

    def nothing() -> None: ...

    def there() -> list[str]:
        return [key[1] for key, held in networks.held.items() for one in held.values() if _is_there(one.mover)]

    networks.towers(plan.stages[0], plan, nothing)
    assert there() == ["towers", "towers"]
    networks.unet(plan.stages[0], plan, nothing)
    assert there() == ["unet"]
    networks.vae(plan, torch.float32, nothing)
    assert there() == ["vae"]


def _is_there(mover: Mover) -> bool:
    return all(weight.device.type != "meta" for weight in mover.network.parameters())


def test_both_ways_of_keeping_weights_are_told_apart(studio: Studio) -> None:
    """And those that are not wanted any more go."""
    networks = Networks()
    exact, narrow = (studio.plan(replace(QUICK, weights=weights)) for weights in (EXACT, EIGHT_BITS))
    expected = [finals(studio, plan) for plan in (exact, narrow)]
    for plan, made in ((exact, 0), (narrow, 1), (narrow, 1), (exact, 0)):
        found = finals(studio, plan, networks)
        assert all(np.array_equal(one, other) for one, other in zip(found, expected[made], strict=True))
        assert {key.weights for key in networks.held if key.part == "unet"} == {plan.request.weights}
    assert not np.array_equal(expected[0][-1], expected[1][-1])


def test_a_tower_of_one_file_is_loaded_once(studio: Studio) -> None:
    plan = studio.plan(QUICK)
    base, refiner = plan.stages
    plan = replace(plan, stages=(base, replace(refiner, text=base.text)))
    networks = Networks()
    networks.follow(plan)
    both = [networks.towers(stage, plan, lambda: None).bigg for stage in plan.stages]
    assert both[0] is both[1]


def test_in_place_weights_take_little_memory_of_their_own(tmp_path: Path) -> None:
    smaps = Path("/proc/self/smaps_rollup")
    if not smaps.exists():
        pytest.skip("only Linux tells")
    wide = replace(BASE_UNET, model_channels=256, vector_dim=256 + 6 * 256, context_dim=256)
    path = tmp_path / "wide.safetensors"
    save_checkpoint(path, unet=filled(UNet(wide), 1), dtype=torch.float32)

    def anonymous() -> int:
        lines = smaps.read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))

    torch.empty(9 << 20, dtype=torch.uint8).fill_(1)
    one = open_unet(describe(path), torch.float32, lambda count: True)
    weights = path.stat().st_size
    before = anonymous()
    one.mover.settle(Where(torch.device("cpu"), in_place=True))
    touched = sum(float(weight.sum()) for weight in one.network.parameters())
    assert np.isfinite(touched)
    assert weights > 60 << 20
    assert anonymous() - before < weights / 4
