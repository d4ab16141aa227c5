"""Whole runs: a LoRA changes the picture, leaves no trace in the next one, and stays with the picture that it made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core import events
from core.library.picture import infotext
from core.plan import BASE, REFINER, Plan
from core.request import Lora, Request
from tests.patches.loras import Maker, Spelling, tower_lora, unet_matrices, written
from tests.pipeline.studio import REQUEST, Studio
from tests.tiny import BIGG, CLIP_L

QUICK = replace(REQUEST, steps=2, refiner=None)
ONE, TWO, TEXT = Lora(name="one", weight=0.8), Lora(name="two", weight=-0.5), Lora(name="text")


@pytest.fixture(scope="module", autouse=True)
def loras(studio: Studio) -> None:
    """One for the UNet under either spelling, one for the towers alone."""
    spellings: dict[str, Spelling] = {"one": "kohya", "two": "peft"}
    for seed, (name, spelling) in enumerate(spellings.items()):
        written(studio.home.loras / f"{name}.safetensors", Maker(seed).low_rank(unet_matrices(), spelling)[0])
    towers = tower_lora("lora_te1_", CLIP_L, 5) | tower_lora("lora_te2_", BIGG, 6)
    written(studio.home.loras / "text.safetensors", towers)


def final(studio: Studio, plan: Plan) -> NDArray[np.float32]:
    return studio.shelf(plan).of(7)["final"]


def made(studio: Studio, *worn: Lora, request: Request = QUICK) -> NDArray[np.float32]:
    return final(studio, studio.plan(request, loras=worn))


def test_the_next_picture_without_is_the_one_before_to_the_bit(studio: Studio) -> None:
    before = made(studio)
    worn = [made(studio, ONE), made(studio, TEXT), made(studio, ONE, TWO, TEXT)]
    assert np.array_equal(made(studio), before)
    assert all(np.abs(one - before).max() > 1e-2 for one in worn)
    assert np.array_equal(made(studio, ONE), worn[0])


def test_on_weights_in_eight_bits_it_does_nearly_the_same(studio: Studio) -> None:
    """And leaves the very same bits."""
    narrow = replace(QUICK, weights="8bit")
    bare, bare_narrow = made(studio), made(studio, request=narrow)
    worn, worn_narrow = made(studio, ONE, TEXT), made(studio, ONE, TEXT, request=narrow)
    assert np.array_equal(made(studio, request=narrow), bare_narrow)
    rounding, change = np.linalg.norm(bare_narrow - bare), np.linalg.norm(worn - bare)
    assert 0 < np.linalg.norm(worn_narrow - worn) < 2 * rounding < change / 5


def test_nothing_is_loaded_anew_for_another_lora(studio: Studio) -> None:
    made(studio)
    held = dict(studio.networks.held)
    made(studio, ONE)
    made(studio, replace(ONE, weight=0.3))
    made(studio, TWO, TEXT)
    assert all(studio.networks.held[key] is network for key, network in held.items())


def test_weight_zero_is_none(studio: Studio) -> None:
    assert np.array_equal(made(studio, replace(ONE, weight=0.0), replace(TEXT, weight=-0.0)), made(studio))


def test_order_does_not_matter(studio: Studio) -> None:
    first, second = made(studio, ONE, TWO, TEXT), made(studio, TEXT, TWO, ONE)
    assert np.abs(first - second).max() < 1e-4


@pytest.mark.parametrize("resident", [True, False])
@pytest.mark.parametrize("kept", [True, False])
def test_where_things_lie_changes_no_bit(studio: Studio, resident: bool, kept: bool) -> None:
    plan = studio.plan(replace(REQUEST, steps=5), loras=(ONE, TEXT))
    assert plan.keep_resident
    assert plan.keep_patched
    assert np.array_equal(final(studio, replace(plan, keep_resident=resident, keep_patched=kept)), final(studio, plan))


def test_the_refiner_wears_none_of_another_shape(studio: Studio) -> None:
    plan = studio.plan(REQUEST, loras=(ONE, TEXT))
    bare = studio.plan(REQUEST)
    assert [adapter.roles for adapter in plan.adapters] == [(BASE,), (BASE,)]
    assert "note.lora_not_on_refiner" in plan.notes
    worn, without = studio.shelf(plan).of(7), studio.shelf(bare).of(7)
    again = studio.again(studio.shelf(bare).records[7])
    assert not np.array_equal(worn["handoff"], without["handoff"])
    assert np.array_equal(final(studio, plan), worn["final"])
    assert again.adapters == ()


def test_a_base_as_refiner_wears_them_too(studio: Studio) -> None:
    plan = studio.plan(REQUEST, refiner="base.safetensors", loras=(ONE,))
    assert plan.adapters[0].roles == (BASE, REFINER)
    assert "note.lora_not_on_refiner" not in plan.notes
    only_base = replace(plan, adapters=(replace(plan.adapters[0], roles=(BASE,)),))
    whole, half = (studio.shelf(one).of(7) for one in (plan, only_base))
    assert np.array_equal(whole["handoff"], half["handoff"])
    assert not np.array_equal(whole["final"], half["final"])


def test_refining_keeps_them(studio: Studio) -> None:
    plan = studio.plan(REQUEST, loras=(ONE, TWO))
    shelf = studio.shelf(plan)
    again = studio.again(shelf.records[7], handoff=0.9)
    assert again.adapters == plan.adapters
    assert again.request.loras == plan.request.loras
    happened = studio.run(again, shelf)
    assert isinstance(happened[-1], events.Finished)


def test_the_picture_tells_other_programs(studio: Studio) -> None:
    plan = studio.plan(QUICK, loras=(ONE, replace(TWO, weight=0.0)))
    text = infotext(studio.shelf(plan).records[7])
    assert text.startswith("a red boat, (calm:1.3) sea <lora:one:0.8>\n")
    assert f'Lora hashes: "one: {plan.adapters[0].hash}"' in text


def test_a_file_that_broke_after_planning_ends_the_run_in_a_sentence(studio: Studio) -> None:
    path = studio.home.loras / "later.safetensors"
    tensors, _ = Maker(9).low_rank(unet_matrices(("attn1",)))
    plan = studio.plan(QUICK, loras=(Lora(name=written(path, tensors).stem),))
    next(iter(tensors.values()))[0, 0] = float("inf")
    written(path, tensors)
    before = made(studio)
    happened = studio.run(plan, studio.shelf(studio.plan(QUICK)))
    assert isinstance(happened[-1], events.Failed)
    assert (happened[-1].code, happened[-1].data["name"]) == ("file.not_finite", "later.safetensors")
    assert np.array_equal(made(studio), before)
