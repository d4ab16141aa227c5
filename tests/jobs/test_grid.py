"""One request becomes many: all combinations, one seed to compare them by, and never too many."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import HangaError
from core.jobs.grid import MOST_REQUESTS, expand
from core.request import Lora, Request

PLAIN = Request(prompt="a boat", seed=7)


def test_without_anything_it_is_the_request() -> None:
    assert expand(PLAIN) == [PLAIN]


def test_repeats_go_on_where_the_pictures_before_ended() -> None:
    three = expand(Request(prompt="", seed=7, count=4), repeat=3)
    assert [each.seed for each in three] == [7, 11, 15]
    drawn = expand(Request(prompt=""), repeat=2)
    assert drawn[0].seed is not None
    assert drawn[1].seed == drawn[0].seed + 1


def test_every_combination_the_last_axis_fastest() -> None:
    grid = expand(PLAIN, 2, {"steps": [10, 20], "guidance.scale": [3, 4.5]})
    assert [(each.steps, each.guidance.scale, each.seed) for each in grid] == [
        (10, 3.0, 7), (10, 3.0, 8), (10, 4.5, 7), (10, 4.5, 8),
        (20, 3.0, 7), (20, 3.0, 8), (20, 4.5, 7), (20, 4.5, 8),
    ]  # fmt: skip


def test_all_combinations_share_a_drawn_seed() -> None:
    grid = expand(Request(prompt=""), axes={"sampler": ["euler", "heun", "lcm"]})
    assert len({each.seed for each in grid}) == 1


@pytest.mark.parametrize(
    ("axis", "value", "found"),
    [
        ("prompt", "a tree", lambda each: each.prompt == "a tree"),
        ("refiner", None, lambda each: each.refiner is None),
        ("seed", 9, lambda each: each.seed == 9),
        ("seed", None, lambda each: each.seed is not None),
        ("positive.aesthetic", 9, lambda each: each.positive.aesthetic == 9.0),
        ("positive.crop", [1, 2], lambda each: each.positive.crop == (1, 2)),
        ("guidance.interval", (0.1, 0.5), lambda each: each.guidance.interval == (0.1, 0.5)),
        ("loras.0.weight", 0.5, lambda each: each.loras == (Lora(name="ink", weight=0.5), Lora(name="wash"))),
        ("loras", [{"name": "x"}], lambda each: each.loras == (Lora(name="x"),)),
    ],
)
def test_any_member_can_be_an_axis(axis: str, value: Any, found: Any) -> None:
    request = Request(prompt="a boat", seed=1, loras=(Lora(name="ink"), Lora(name="wash")))
    (each,) = expand(request, axes={axis: [value]})
    assert found(each)


@pytest.mark.parametrize(
    "axis",
    ["", ".", "mood", "guidance.", "guidance.mood", "guidance.scale.x", "prompt.x", "loras.0.weight", "loras.x",
     "loras.-1", "seed.real", "__class__", "prompt.__class__", "loras.9.name", "refiner.x"],
)  # fmt: skip
def test_what_is_no_setting_is_no_axis(axis: str) -> None:
    with pytest.raises(HangaError) as caught:
        expand(PLAIN, axes={axis: [1]})
    assert (caught.value.code, caught.value.data) == ("request.unknown_axis", {"name": axis})


@pytest.mark.parametrize(
    ("axis", "values"),
    [("steps", ["many"]), ("steps", [10, None]), ("steps", []), ("prompt", [3]), ("positive.crop", [[1]]),
     ("guidance", [3]), ("steps", [True]), ("guidance.scale", ["3"])],
)  # fmt: skip
def test_what_does_not_fit_is_no_value(axis: str, values: list[Any]) -> None:
    with pytest.raises(HangaError) as caught:
        expand(PLAIN, axes={axis: values})
    assert caught.value.code == "request.axis_value"


@pytest.mark.parametrize("repeat", [0, -1, MOST_REQUESTS + 1])
def test_repeats_have_bounds(repeat: int) -> None:
    with pytest.raises(HangaError) as caught:
        expand(PLAIN, repeat)
    assert caught.value.code == "request.repeat"


def test_too_many_are_refused_before_they_are_made() -> None:
    with pytest.raises(HangaError) as caught:
        expand(PLAIN, 10, {name: range(1000) for name in ("steps", "width", "height", "count")})
    assert (caught.value.code, caught.value.data["value"]) == ("request.grid_size", 10 * 1000**4)


@given(
    repeat=st.integers(1, 3),
    steps=st.lists(st.integers(1, 50), min_size=1, max_size=4),
    scales=st.lists(st.floats(1, 20), min_size=1, max_size=4),
)
def test_a_grid_has_as_many_as_its_axes_say(repeat: int, steps: list[int], scales: list[float]) -> None:
    grid = expand(PLAIN, repeat, {"steps": steps, "guidance.scale": scales})
    assert len(grid) == repeat * len(steps) * len(scales)
    assert {(each.steps, each.guidance.scale) for each in grid} == {(a, b) for a in steps for b in scales}
