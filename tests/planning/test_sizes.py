"""Sizes: on the grid, near the model's own area, in the shape that was asked for, or refused with the nearest."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.architecture import BASE_UNET, REFINER_UNET
from core.errors import HangaError
from core.planning.sizes import LARGEST, MOST_PIXELS, SMALLEST, grid, parse_aspect, picture_size, sized_for
from core.request import Request, Size

BUCKETS = [
    (int(width), int(height))
    for height, width, *_ in (
        line.split("\t") for line in (Path(__file__).parents[1] / "data" / "buckets.tsv").read_text().splitlines()[1:]
    )
]
"""The 40 sizes of the paper's Appendix I."""

STARTER = [(256, 256), (288, 224), (224, 288), (320, 192), (192, 320), (384, 160), (160, 384)]
STEPS = st.sampled_from([8, 16, 32, 64])
RATIOS = st.floats(0.1, 10)


def size(native: Size = (1024, 1024), step: int = 32, **wanted: object) -> Size:
    return picture_size(Request(prompt="", **wanted), native, step)  # type: ignore[arg-type]


def refusal(native: Size = (1024, 1024), step: int = 32, **wanted: object) -> HangaError:
    with pytest.raises(HangaError) as caught:
        size(native, step, **wanted)
    return caught.value


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_shapes_of_the_paper_give_its_sizes(bucket: Size) -> None:
    assert sized_for(bucket[0] / bucket[1], 1024 * 1024, 64) == bucket


@pytest.mark.parametrize("bucket", STARTER)
def test_the_shapes_of_the_starter_give_its_sizes(bucket: Size) -> None:
    assert sized_for(bucket[0] / bucket[1], 256 * 256, 32) == bucket


@pytest.mark.parametrize(
    ("aspect", "expected"),
    [
        ("1:1", (1024, 1024)),
        ("3:2", (1216, 832)),
        ("2:3", (832, 1216)),
        ("4:3", (1152, 896)),
        ("16:9", (1344, 768)),
        ("16x9", (1344, 768)),
        ("21:9", (1536, 640)),
        ("1.75", (1344, 768)),
        ("2", (1408, 704)),
    ],
)
def test_usual_aspects(aspect: str, expected: Size) -> None:
    assert size(step=64, aspect=aspect) == expected


@given(RATIOS, st.integers(128 * 128, 4096 * 4096), STEPS)
def test_every_size_is_on_the_grid_and_within_bounds(ratio: float, area: int, step: int) -> None:
    for side in sized_for(ratio, area, step):
        assert side % step == 0
        assert SMALLEST <= side <= LARGEST


@given(st.floats(0.25, 4), st.integers(512 * 512, 2048 * 2048), STEPS)
def test_every_size_is_close_in_area_and_shape(ratio: float, area: int, step: int) -> None:
    width, height = sized_for(ratio, area, step)
    assert 0.9 * area <= width * height <= area
    assert abs(math.log(width / height / ratio)) <= step / width + step / height


@given(RATIOS, st.integers(64 * 64, 256 * 256), STEPS)
def test_small_areas_come_as_near_as_the_grid_lets_them(ratio: float, area: int, step: int) -> None:
    width, height = sized_for(ratio, area, step)
    assert width * height <= 2 * max(area, SMALLEST * 2 * math.sqrt(area * max(ratio, 1 / ratio)))


@given(st.floats(0.25, 4), st.sampled_from([512, 768, 1024]), STEPS)
def test_wide_and_tall_are_treated_alike(ratio: float, side: int, step: int) -> None:
    wide, tall = sized_for(ratio, side**2, step), sized_for(1 / ratio, side**2, step)
    assert wide[0] * wide[1] == tall[0] * tall[1]
    assert math.isclose(
        abs(math.log(wide[0] / wide[1] / ratio)), abs(math.log(tall[0] / tall[1] * ratio)), abs_tol=1e-9
    )


@given(st.integers(2, 128), st.integers(2, 128))
def test_sizes_on_the_grid_are_taken_as_they_are(columns: int, rows: int) -> None:
    assert size(width=32 * columns, height=32 * rows) == (32 * columns, 32 * rows)


@given(st.integers(-100, 20000), STEPS)
def test_others_are_refused_with_the_nearest_allowed(side: int, step: int) -> None:
    if side % step == 0 and SMALLEST <= side <= LARGEST:
        return
    error = refusal(step=step, width=side, height=1024)
    assert error.code == "request.size"
    nearest = error.data["nearest"]
    assert isinstance(nearest, int)
    assert size(step=step, width=nearest, height=1024) == (nearest, 1024)
    assert abs(nearest - side) <= step / 2 or nearest in (SMALLEST, LARGEST)
    assert (error.data["side"], error.data["value"], error.data["step"]) == ("width", side, step)


def test_one_side_alone_makes_a_square_and_none_the_model_s_own() -> None:
    assert size(width=640) == (640, 640)
    assert size(height=640) == (640, 640)
    assert size() == (1024, 1024)
    assert size(native=(1344, 768), step=64) == (1344, 768)


@given(st.integers(10, 4000), st.integers(10, 4000), STEPS)
def test_the_model_s_own_size_need_not_be_on_the_grid(width: int, height: int, step: int) -> None:
    for side in size(native=(width, height), step=step):
        assert side % step == 0
        assert side >= SMALLEST


def test_a_size_that_was_named_wins_over_an_aspect() -> None:
    assert size(aspect="2:1", width=640, height=640) == (640, 640)


@pytest.mark.parametrize("text", ["", "3:", ":2", "3:0", "0:3", "11:1", "1:11", "-3:2", "3:2:1", "nan", "1e1", "a:b"])
def test_what_is_no_aspect(text: str) -> None:
    error = refusal(aspect=text)
    assert (error.code, error.data["value"]) == ("request.aspect", text)


@given(st.integers(1, 99), st.integers(1, 99), st.sampled_from(":x/"), st.sampled_from(["", " "]))
def test_aspects_are_read(width: int, height: int, mark: str, space: str) -> None:
    text = f"{space}{width}{mark}{height}{space}"
    if 0.1 <= width / height <= 10:
        assert parse_aspect(text) == width / height
    else:
        assert refusal(aspect=text).code == "request.aspect"


def test_nothing_larger_than_can_be_made_in_one_piece() -> None:
    assert refusal(width=8192, height=4096).code == "request.too_large"
    assert refusal(native=(9999, 9999)).code == "request.too_large"
    assert size(width=8192, height=2048) == (8192, 2048)
    assert MOST_PIXELS == 8192 * 2048


def test_the_grid_is_that_of_the_deepest_network() -> None:
    assert grid([BASE_UNET]) == 32
    assert grid([BASE_UNET, REFINER_UNET]) == 64
