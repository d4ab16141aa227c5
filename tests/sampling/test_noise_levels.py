"""The table of noise levels against the published values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sampling.noise_levels import SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS, NoiseLevels

FACTS = json.loads((Path(__file__).parents[1] / "data" / "schedules.json").read_text())

both_tables = st.sampled_from([SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS])


@pytest.mark.parametrize(
    ("levels", "published"), [(SDXL_LEVELS, "sigmas_1000"), (ZERO_TERMINAL_SNR_LEVELS, "ztsnr_sigmas_1000")]
)
def test_the_tables_are_the_published_ones(levels: NoiseLevels, published: str) -> None:
    assert levels.sigmas == pytest.approx(FACTS[published], rel=1e-12)


def test_a_terminal_level_without_signal_keeps_the_other_end() -> None:
    assert ZERO_TERMINAL_SNR_LEVELS.smallest == pytest.approx(SDXL_LEVELS.smallest, rel=1e-12)
    assert ZERO_TERMINAL_SNR_LEVELS.largest == pytest.approx(4518.76, rel=1e-5)


@given(levels=both_tables, time=st.integers(0, 999))
def test_trained_levels_map_to_whole_times_and_back(levels: NoiseLevels, time: int) -> None:
    assert levels.sigma(time) == levels.sigmas[time]
    assert levels.time(levels.sigmas[time]) == time
    assert levels.nearest(levels.sigmas[time]) == time


@given(levels=both_tables, time=st.floats(0, 999))
def test_levels_between_map_to_fractional_times_and_back(levels: NoiseLevels, time: float) -> None:
    sigma = levels.sigma(time)
    assert levels.time(sigma) == pytest.approx(time, abs=1e-8)
    assert abs(levels.nearest(sigma) - time) <= 0.5 + 1e-8


@given(levels=both_tables, time=st.floats(0, 999))
def test_linear_levels_stay_between_their_neighbours(levels: NoiseLevels, time: float) -> None:
    assert levels.sigmas[int(time)] <= levels.linear_sigma(time)
    assert levels.linear_sigma(time) >= levels.sigma(time) * (1 - 1e-12)


@pytest.mark.parametrize(("sigma", "time"), [(0.0, 0.0), (1e-6, 0.0), (14.7, 999.0), (1e9, 999.0)])
def test_levels_outside_the_table_take_its_ends(sigma: float, time: float) -> None:
    assert SDXL_LEVELS.time(sigma) == time


@pytest.mark.parametrize(("time", "end"), [(-3.0, 0), (1200.0, -1)])
def test_times_outside_the_table_take_its_ends(time: float, end: int) -> None:
    assert SDXL_LEVELS.sigma(time) == SDXL_LEVELS.sigmas[end]
