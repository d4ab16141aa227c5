"""What every sampler promises, on every schedule."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from core.sampling.catalogue import CATALOGUE, calls_per_step
from core.sampling.noise import NoiseSource
from core.sampling.noise_levels import SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS, NoiseLevels
from core.sampling.restarts import restart_path
from core.sampling.samplers import SAMPLERS
from core.sampling.schedules import SCHEDULES, schedule, split
from core.sampling.step import Step

SHAPE = (4, 6, 6)
PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "samplers.json").read_text())["latents"]
WITHOUT_MEMORY = ("euler", "euler_ancestral", "heun", "dpm_2", "ddim", "lcm", "tcd", "dpmpp_sde", "dpmpp_2s_ancestral")

names = st.sampled_from(sorted(SAMPLERS))


def curved(latents: Tensor, sigma: float) -> Tensor:
    """A v-predicting network that couples neighbouring cells and depends on the level."""
    scaled = latents / math.sqrt(1 + sigma**2)
    output = 0.9 * torch.tanh(scaled + 0.3 * scaled.roll(1, -1)) + 0.1 * math.cos(math.log(sigma))
    return latents / (1 + sigma**2) - sigma * output / math.sqrt(1 + sigma**2)


class Gaussian:
    """The best possible denoiser of pictures whose every cell is normal with this standard deviation."""

    def __init__(self, deviation: float) -> None:
        self.deviation = deviation

    def __call__(self, latents: Tensor, sigma: float) -> Tensor:
        return latents * (self.deviation**2 / (self.deviation**2 + sigma**2))

    def flow(self, sigma: float, sigma_next: float) -> float:
        """By what the probability flow multiplies latents on its way between two levels."""
        return math.sqrt((self.deviation**2 + sigma_next**2) / (self.deviation**2 + sigma**2))


def run(name: str, sigmas: tuple[float, ...], seeds: tuple[int, ...] = (1,), **options: float) -> list[Step]:
    noise = NoiseSource(seeds, SHAPE)
    return list(SAMPLERS[name](curved, noise.start() * math.sqrt(1 + sigmas[0] ** 2), sigmas, noise, **options))


class Waves(NoiseSource):
    """Noise that can be written down: what the published results were computed with."""

    drawn = 0

    def start(self) -> Tensor:
        return self._wave(0.0)

    def draw(self) -> Tensor:
        self.drawn += 1
        return self._wave(self.drawn)

    def between(self, sigma: float, sigma_next: float) -> Tensor:
        return self._wave(sigma + 2 * sigma_next)

    def _wave(self, phase: float) -> Tensor:
        return 1.4 * torch.sin(torch.arange(24, dtype=torch.float64) * 1.7 + phase).reshape(1, 4, 2, 3)


@pytest.mark.parametrize("name", PUBLISHED)
def test_results_are_those_of_the_reference_samplers(name: str) -> None:
    sigmas, noise = schedule("karras", 8).sigmas, Waves((), (4, 2, 3))
    *_, last = SAMPLERS[name](curved, noise.start() * math.sqrt(1 + sigmas[0] ** 2), sigmas, noise)
    assert last.latents.flatten().tolist() == pytest.approx(PUBLISHED[name], abs=1e-9)


@pytest.mark.parametrize(
    ("name", "order", "options"),
    [
        ("euler", 1, {}),
        ("ddim", 1, {}),
        ("euler_ancestral", 1, {"eta": 0.0}),
        ("heun", 2, {}),
        ("dpm_2", 2, {}),
        ("dpmpp_2m", 2, {}),
        ("dpmpp_2m_sde", 2, {"eta": 0.0}),
        ("dpmpp_sde", 2, {"eta": 0.0}),
        ("dpmpp_2s_ancestral", 2, {"eta": 0.0}),
        ("dpmpp_3m_sde", 2, {"eta": 0.0}),
        ("unipc", 2, {"order": 1}),
        ("unipc", 3, {"order": 2}),
        ("unipc", 4, {"order": 3}),
    ],
)
def test_errors_shrink_with_the_order_of_the_method(name: str, order: int, options: dict[str, float]) -> None:
    """Against the exact solution for normal data: half the step, 2^-order of the error."""
    denoise, errors = Gaussian(1.3), []
    for steps in (64, 128):
        sigmas = [10.0 * (0.05 / 10.0) ** (index / steps) for index in range(steps + 1)]
        start = torch.ones(1, 4, 1, 1, dtype=torch.float64)
        *_, last = SAMPLERS[name](denoise, start, sigmas, NoiseSource((0,), (4, 1, 1)), **options)
        errors.append(abs(float(last.latents[0, 0, 0, 0]) / denoise.flow(10.0, 0.05) - 1))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


@pytest.mark.parametrize(
    ("name", "steps", "tolerance"),
    [
        ("euler_ancestral", 100, 0.04),
        ("dpmpp_2s_ancestral", 50, 0.02),
        ("dpmpp_sde", 50, 0.02),
        ("dpmpp_2m_sde", 50, 0.02),
        ("dpmpp_3m_sde", 50, 0.02),
        ("restart", 50, 0.03),
    ],
)
def test_samplers_with_noise_arrive_at_the_distribution_of_the_data(name: str, steps: int, tolerance: float) -> None:
    denoise, sigmas = Gaussian(1.3), schedule("karras", steps).sigmas
    noise = NoiseSource((0, 1), (4, 48, 48))
    start = noise.start() * math.sqrt(1.3**2 + sigmas[0] ** 2)
    *_, last = SAMPLERS[name](denoise, start, sigmas, noise)
    assert float(last.latents.std()) == pytest.approx(1.3, rel=tolerance)
    assert abs(float(last.latents.mean())) < 0.04


@settings(max_examples=60)
@given(
    name=names,
    spacing=st.sampled_from(sorted(SCHEDULES)),
    steps=st.integers(1, 24),
    levels=st.sampled_from([SDXL_LEVELS, ZERO_TERMINAL_SNR_LEVELS]),
)
def test_any_sampler_runs_any_schedule(name: str, spacing: str, steps: int, levels: NoiseLevels) -> None:
    sigmas = schedule(spacing, steps, levels).sigmas
    taken = run(name, sigmas)
    assert [step.index for step in taken] == list(range(len(taken)))
    assert all(torch.isfinite(step.latents).all() and torch.isfinite(step.denoised).all() for step in taken)
    assert (taken[0].sigma, taken[-1].sigma_next) == (sigmas[0], 0.0)
    assert tuple(step.calls for step in taken) == calls_per_step(name, sigmas)


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_promised_calls_are_the_calls_made(name: str) -> None:
    levels: list[float] = []

    def counting(latents: Tensor, sigma: float) -> Tensor:
        levels.append(sigma)
        return curved(latents, sigma)

    for sigmas in (schedule("karras", 21).sigmas, split(schedule("karras", 21), 0.8)[0].sigmas):
        levels.clear()
        noise = NoiseSource((1,), SHAPE)
        taken = list(SAMPLERS[name](counting, noise.start(), sigmas, noise))
        assert len(levels) == sum(step.calls for step in taken) == sum(calls_per_step(name, sigmas))


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_batch_is_its_pictures_bit_for_bit(name: str) -> None:
    sigmas = schedule("karras", 21).sigmas
    batch = run(name, sigmas, seeds=(11, 12))[-1].latents
    alone = [run(name, sigmas, seeds=(seed,))[-1].latents for seed in (11, 12)]
    assert torch.equal(batch, torch.cat(alone))
    assert batch.dtype == torch.float32


@pytest.mark.parametrize("name", WITHOUT_MEMORY)
def test_a_handed_over_run_is_the_whole_run(name: str) -> None:
    whole = schedule("normal", 16)
    base, refiner = split(whole, 0.8)
    noise = NoiseSource((5,), SHAPE)
    start = noise.start() * math.sqrt(1 + whole.sigmas[0] ** 2)
    *_, handed_over = SAMPLERS[name](curved, start, base.sigmas, noise)
    *_, last = SAMPLERS[name](curved, handed_over.latents, refiner.sigmas, noise)
    joint = run(name, whole.sigmas, seeds=(5,))
    assert torch.equal(handed_over.latents, joint[base.steps - 1].latents)
    assert torch.equal(last.latents, joint[-1].latents)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_stage_without_steps_takes_none(name: str) -> None:
    assert run(name, (0.57,)) == []


@given(name=names, taken=st.integers(1, 5))
def test_nothing_runs_ahead_of_whoever_pulls(name: str, taken: int) -> None:
    calls = 0

    def counting(latents: Tensor, sigma: float) -> Tensor:
        nonlocal calls
        calls += 1
        return curved(latents, sigma)

    sigmas = schedule("karras", 8).sigmas
    noise = NoiseSource((1,), SHAPE)
    steps: Iterator[Step] = SAMPLERS[name](counting, noise.start(), sigmas, noise)
    assert calls == 0
    assert calls_per_step(name, sigmas)[:taken] == tuple(next(steps).calls for _ in range(taken))
    assert calls == sum(calls_per_step(name, sigmas)[:taken])


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_denoiser_that_stops_stops_the_run(name: str) -> None:
    def stopping(latents: Tensor, sigma: float) -> Tensor:
        if sigma < 1.0:
            raise InterruptedError
        return curved(latents, sigma)

    noise = NoiseSource((1,), SHAPE)
    with pytest.raises(InterruptedError):
        list(SAMPLERS[name](stopping, noise.start(), schedule("karras", 8).sigmas, noise))


@pytest.mark.parametrize("name", SAMPLERS)
def test_only_samplers_that_say_so_use_noise(name: str) -> None:
    sigmas = schedule("karras", 21).sigmas
    start = NoiseSource((1,), SHAPE).start() * 14.0
    ends = []
    for seed in (1, 2):
        *_, last = SAMPLERS[name](curved, start, sigmas, NoiseSource((seed,), SHAPE))
        ends.append(last.latents)
    assert torch.equal(*ends) != CATALOGUE[name].stochastic


def test_the_catalogue_tells_the_samplers_as_they_are() -> None:
    assert set(CATALOGUE) == set(SAMPLERS)
    for name, facts in CATALOGUE.items():
        keywords = inspect.signature(SAMPLERS[name]).parameters.values()
        defaults = {p.name: p.default for p in keywords if isinstance(p.default, float)}
        assert facts.options == defaults
        assert facts.schedule in SCHEDULES


@pytest.mark.parametrize(("steps", "more"), [(19, 0), (20, 9), (35, 9), (36, 18), (50, 24)])
def test_restarts_come_on_top_of_the_steps_asked_for(steps: int, more: int) -> None:
    path = restart_path(schedule("karras", steps).sigmas)
    assert len(path) == steps + more
    jumps = [(before[1], after[0]) for before, after in pairwise(path) if before[1] != after[0]]
    assert len(jumps) == {0: 0, 9: 1}.get(more, 2)
    assert all(low == pytest.approx(0.1, rel=0.25) and high == pytest.approx(2.0, rel=0.25) for low, high in jumps)


def test_a_base_stage_has_no_restart() -> None:
    base, _ = split(schedule("karras", 40), 0.8)
    assert len(restart_path(base.sigmas)) == base.steps
