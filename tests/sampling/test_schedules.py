"""Schedules against the published values, and what all of them have in common."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from core.errors import HangaError
from core.sampling.beta_quantile import beta_quantile
from core.sampling.noise_levels import SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS, NoiseLevels
from core.sampling.schedules import MOST_STEPS, SCHEDULES, Schedule, levels_during, schedule, split, time_of

FACTS = json.loads((Path(__file__).parents[1] / "data" / "schedules.json").read_text())["schedules"]

PUBLISHED_SIGMAS = {
    "karras": "karras_rho7",
    "exponential": "exponential",
    "normal": "normal",
    "sgm_uniform": "sgm_uniform",
    "simple": "simple",
    "ddim_uniform": "ddim_uniform",
    "beta": "beta_0.6",
    "kl_optimal": "kl_optimal_comfy",
    "ays": "ays_sdxl_comfy_n_plus1_last_replaced_by_0",
}
PUBLISHED_TIMES = {
    "leading": "diffusers_leading_offset1_t",
    "linspace": "diffusers_linspace_t",
    "trailing": "diffusers_trailing_t",
    "beta": "beta_0.6_t",
}
WHOLE_TIMES = ("leading", "trailing", "simple", "ddim_uniform", "beta")

names = st.sampled_from(sorted(SCHEDULES))
both_tables = st.sampled_from([SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS])


@pytest.mark.parametrize("steps", sorted(map(int, FACTS)))
@pytest.mark.parametrize("name", PUBLISHED_SIGMAS)
def test_sigmas_are_the_published_ones(name: str, steps: int) -> None:
    """Where steps does not divide 1000, the field's ddim_uniform may have one step more; ours leaves out its first."""
    published = FACTS[str(steps)][PUBLISHED_SIGMAS[name]][-steps:]
    assert schedule(name, steps).sigmas[:-1] == pytest.approx(published, rel=1e-12)


@pytest.mark.parametrize("steps", sorted(map(int, FACTS)))
@pytest.mark.parametrize("name", PUBLISHED_TIMES)
def test_times_are_the_published_ones(name: str, steps: int) -> None:
    assert schedule(name, steps).timesteps == pytest.approx(FACTS[str(steps)][PUBLISHED_TIMES[name]], abs=1e-9)


@given(name=names, steps=st.integers(1, MOST_STEPS), levels=both_tables)
def test_every_schedule_falls_from_level_to_level_and_ends_in_zero(name: str, steps: int, levels: NoiseLevels) -> None:
    whole = schedule(name, steps, levels)
    assert len(whole.sigmas) == steps + 1 == len(whole.timesteps) + 1
    assert all(before > after for before, after in pairwise(whole.sigmas))
    assert all(before > after for before, after in pairwise(whole.timesteps))
    assert levels.smallest <= whole.sigmas[-2] <= whole.sigmas[0] <= levels.largest
    assert whole.sigmas[-1] == 0.0


@given(name=st.sampled_from(WHOLE_TIMES), steps=st.integers(1, 100), levels=both_tables)
def test_schedules_of_trained_levels_tell_whole_times(name: str, steps: int, levels: NoiseLevels) -> None:
    whole = schedule(name, steps, levels)
    assert all(time.is_integer() for time in whole.timesteps)
    assert whole.sigmas[:-1] == tuple(levels.sigmas[int(time)] for time in whole.timesteps)


@given(name=names, steps=st.integers(1, 100))
def test_times_belong_to_their_sigmas(name: str, steps: int) -> None:
    whole = schedule(name, steps)
    for time, sigma in zip(whole.timesteps, whole.sigmas, strict=False):
        assert SDXL_LEVELS.time(sigma) == pytest.approx(time, abs=0.2 if name == "linspace" else 1e-6)


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - {"leading", "ddim_uniform"}))
@pytest.mark.parametrize("levels", [SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS])
def test_schedules_start_at_the_noisiest_level(name: str, levels: NoiseLevels) -> None:
    assert schedule(name, 25, levels).sigmas[0] == pytest.approx(levels.largest, rel=1e-8)


@pytest.mark.parametrize("steps", [0, -4, MOST_STEPS + 1])
def test_impossible_step_counts_are_refused(steps: int) -> None:
    with pytest.raises(HangaError) as refused:
        schedule("karras", steps)
    assert (refused.value.code, refused.value.data) == ("request.steps", {"steps": steps, "most": MOST_STEPS})


@pytest.mark.parametrize(("steps", "base", "refiner"), [(25, 20, 5), (30, 23, 7), (40, 32, 8), (50, 40, 10)])
def test_the_handoff_cuts_where_the_paper_s_pipeline_cuts(steps: int, base: int, refiner: int) -> None:
    first, second = split(schedule("leading", steps), 0.8)
    assert (first.steps, second.steps) == (base, refiner)


@given(name=names, steps=st.integers(1, 60), handoff=st.floats(0, 1))
def test_both_sides_of_a_handoff_are_the_whole(name: str, steps: int, handoff: float) -> None:
    whole = schedule(name, steps)
    base, refiner = split(whole, handoff)
    assert base.sigmas[-1] == refiner.sigmas[0]
    assert base.sigmas + refiner.sigmas[1:] == whole.sigmas
    assert base.timesteps + refiner.timesteps == whole.timesteps
    assert all(time >= round(1000 - handoff * 1000) for time in base.timesteps)


def test_a_handoff_at_either_end_leaves_a_stage_without_steps() -> None:
    whole = schedule("karras", 12)
    assert split(whole, 1.0) == (whole, Schedule((0.0,), ()))
    assert split(whole, 0.0) == (Schedule((whole.sigmas[0],), ()), whole)


@given(steps=st.integers(1, 60), shares=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted))
def test_a_share_of_a_run_is_the_levels_of_its_steps(steps: int, shares: list[float]) -> None:
    sigmas = schedule("karras", steps).sigmas
    above, up_to = levels_during(sigmas, *shares)
    for index, sigma in enumerate(sigmas[:-1]):
        share = round(index / steps, 9)
        if all(abs(share - end) > 1e-6 for end in shares):
            assert (above < sigma <= up_to) == (shares[0] <= share < shares[1])


@pytest.mark.parametrize(("shares", "steps"), [((0.0, 1.0), 25), ((0.28, 0.8), 13), ((0.5, 0.5), 0), ((0.0, 0.28), 7)])
def test_shares_count_whole_steps(shares: tuple[float, float], steps: int) -> None:
    sigmas = schedule("normal", 25).sigmas
    above, up_to = levels_during(sigmas, *shares)
    assert sum(above < sigma <= up_to for sigma in sigmas) == steps


@given(name=names, steps=st.integers(2, 60))
def test_the_network_is_told_the_schedule_s_own_times(name: str, steps: int) -> None:
    whole = schedule(name, steps)
    told = time_of(whole)
    assert tuple(map(told, whole.sigmas[:-1])) == whole.timesteps
    between = (whole.sigmas[0] * whole.sigmas[1]) ** 0.5
    assert told(between) == SDXL_LEVELS.time(between)


@given(st.floats(1e-4, 1 - 1e-4), st.floats(0.3, 1.0))
def test_beta_quantile(probability: float, shape: float) -> None:
    assert beta_quantile(probability, shape) == pytest.approx(betaincinv(shape, shape, probability), rel=1e-7)


def test_planning_a_schedule_needs_no_torch() -> None:
    program = "import sys, core.sampling.schedules, core.sampling.catalogue; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
