"""A picture's noise depends on nothing but its seed."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sampling.noise import NoiseSource

SHAPE = (4, 5, 7)

levels = st.floats(0.002, 4600.0)


def test_start_noise_is_torch_s_own_for_the_seed() -> None:
    start = NoiseSource((7, 8), SHAPE).start()
    for picture, seed in zip(start, (7, 8), strict=True):
        assert torch.equal(picture, torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)))
    assert start.dtype == torch.float32


@given(seeds=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=4), draws=st.integers(1, 3))
def test_a_picture_s_noise_does_not_depend_on_its_batch(seeds: list[int], draws: int) -> None:
    batch = NoiseSource(seeds, SHAPE)
    alone = [NoiseSource((seed,), SHAPE) for seed in seeds]
    for _ in range(draws):
        assert torch.equal(batch.draw(), torch.cat([source.draw() for source in alone]))
    assert torch.equal(batch.start(), torch.cat([source.start() for source in alone]))
    assert torch.equal(batch.between(2.0, 1.0), torch.cat([source.between(2.0, 1.0) for source in alone]))


def test_start_draws_path_and_stages_have_nothing_in_common() -> None:
    base, refiner = NoiseSource((5,), (4, 32, 32)), NoiseSource((5,), (4, 32, 32), stream="refiner")
    kinds = [base.start(), base.draw(), base.draw(), base.between(3.0, 2.0), refiner.draw(), refiner.between(3.0, 2.0)]
    kinds += [base.between(2.0, 1.0), NoiseSource((6,), (4, 32, 32)).draw()]
    correlations = torch.corrcoef(torch.stack([kind.flatten() for kind in kinds])) - torch.eye(len(kinds))
    assert float(correlations.abs().max()) < 0.08


def test_the_draws_do_not_depend_on_when_the_start_is_asked_for() -> None:
    early, late = NoiseSource((5,), SHAPE), NoiseSource((5,), SHAPE)
    early.start()
    assert torch.equal(early.draw(), late.draw())


@settings(max_examples=30)
@given(st.tuples(levels, levels, levels).filter(lambda three: len({round(math.log(s), 2) for s in three}) == 3))
def test_path_increments_add_up(three: tuple[float, float, float]) -> None:
    def increment(sigma: float, sigma_next: float) -> torch.Tensor:
        return source.between(sigma, sigma_next) * math.sqrt(abs(math.log(sigma / sigma_next)))

    a, b, c = sorted(three, reverse=True)
    source = NoiseSource((1,), SHAPE)
    torch.testing.assert_close(increment(a, b) + increment(b, c), increment(a, c), atol=1e-5, rtol=0)


def test_the_path_does_not_depend_on_the_order_of_questions() -> None:
    down, up = NoiseSource((1,), SHAPE), NoiseSource((1,), SHAPE)
    grid = [9.0, 4.0, 1.0, 0.3, 0.07, 0.03]
    pairs = list(pairwise(grid))
    forwards = {pair: down.between(*pair) for pair in pairs}
    for pair in reversed(pairs):
        assert torch.equal(up.between(*pair), forwards[pair])


@pytest.mark.parametrize(("sigma", "sigma_next"), [(14.6, 9.0), (1.0, 0.95), (0.05, 0.03), (4518.0, 20.0)])
def test_increments_are_standard_normal(sigma: float, sigma_next: float) -> None:
    noise = NoiseSource(range(4), (4, 64, 64)).between(sigma, sigma_next)
    assert abs(float(noise.mean())) < 0.02
    assert float(noise.std()) == pytest.approx(1.0, abs=0.015)
