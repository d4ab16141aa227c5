"""The rules by which a schedule picks its noise levels, one function per name; values before the final zero.

A rule takes the number of steps (1 to the last trained time) and the trained levels, and returns that many points,
noisiest first. The names and their numbers are those the field uses. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from core.sampling.beta_quantile import beta_quantile
from core.sampling.noise_levels import SDXL_LEVELS, TRAINED_LEVELS, NoiseLevels

KARRAS_RHO: Final = 7.0
BETA_SHAPE: Final = 0.6
LEADING_OFFSET: Final = 1

ALIGN_YOUR_STEPS: Final = (
    14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141,
    0.5550693289, 0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582,
)  # fmt: skip
"""Ten steps optimised for SDXL (Sabour et al., arXiv 2404.14507); the last level is where the final zero goes."""


class Point(NamedTuple):
    """One rung of a schedule: what the network is told, and how much noise there is."""

    time: float
    sigma: float


Spacing = Callable[[int, NoiseLevels], tuple[Point, ...]]


def leading(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Every (1000 // steps)-th trained level from the bottom, starting at time 1. Never visits the noisiest level."""
    stride = TRAINED_LEVELS // steps
    return _at_times((index * stride + LEADING_OFFSET for index in reversed(range(steps))), levels)


def linspace(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Evenly spaced times from the noisiest level to the cleanest; sigma is linear between trained levels."""
    return tuple(Point(time, levels.linear_sigma(time)) for time in _even_times(steps, levels))


def normal(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Evenly spaced times from the noisiest level to the cleanest; log-sigma is linear between trained levels."""
    return _at_times(_even_times(steps, levels), levels)


def trailing(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Every (1000 / steps)-th trained level from the top, rounded."""
    return _at_times((round(TRAINED_LEVELS - index * TRAINED_LEVELS / steps) - 1 for index in range(steps)), levels)


def sgm_uniform(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Evenly spaced times from the noisiest level, of which the last is where the final zero goes."""
    return _at_times(_even_times(steps + 1, levels)[:-1], levels)


def simple(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Every (1000 / steps)-th trained level from the top, cut to whole numbers."""
    return _at_times((levels.last_time - int(index * TRAINED_LEVELS / steps) for index in range(steps)), levels)


def karras(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Evenly spaced seventh roots of sigma (Karras et al., arXiv 2206.00364, eq. 5)."""
    return _at_sigmas(karras_sigmas(levels.largest, levels.smallest, steps), levels)


def exponential(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Evenly spaced logarithms of sigma."""
    return _at_sigmas(map(math.exp, _even(math.log(levels.largest), math.log(levels.smallest), steps)), levels)


def kl_optimal(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Evenly spaced arc tangents of sigma (Sabour et al., arXiv 2404.14507, theorem 3.1)."""
    return _at_sigmas(map(math.tan, _even(math.atan(levels.largest), math.atan(levels.smallest), steps)), levels)


def beta(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Times at the quantiles of a beta distribution, dense at both ends (Lee et al., arXiv 2407.12173).

    Rounded to trained levels; where that would name one level twice, the times stay fractional instead.
    """
    exact = [levels.last_time * beta_quantile(1.0 - index / steps, BETA_SHAPE) for index in range(steps)]
    whole = [round(time) for time in exact]
    return _at_times(whole if len(set(whole)) == steps else exact, levels)


def ays(steps: int, levels: NoiseLevels) -> tuple[Point, ...]:
    """Align Your Steps, its table stretched log-linearly to any number of steps.

    A network with other levels than SDXL's takes the optimised schedule at the same times.
    """
    logs = [math.log(sigma) for sigma in ALIGN_YOUR_STEPS]
    places = _even(0.0, len(logs) - 1.0, steps + 1)[:-1]
    stretched = [math.exp(_interpolate(logs, place)) for place in places]
    if levels == SDXL_LEVELS:
        return _at_sigmas(stretched, levels)
    return _at_times(map(SDXL_LEVELS.time, stretched), levels)


def karras_sigmas(first: float, last: float, count: int) -> tuple[float, ...]:
    """`count` levels from first to last, both exact, whose seventh roots are evenly spaced; one alone is the first."""
    roots = _even(first ** (1 / KARRAS_RHO), last ** (1 / KARRAS_RHO), count)
    inner = (root**KARRAS_RHO for root in roots[1:-1])
    return (first, *inner, last)[:count]


def _even(first: float, last: float, count: int) -> list[float]:
    """`count` evenly spaced numbers with both ends; one alone is the first."""
    if count == 1:
        return [first]
    return [first + index * (last - first) / (count - 1) for index in range(count)]


def _even_times(count: int, levels: NoiseLevels) -> list[float]:
    return _even(float(levels.last_time), 0.0, count)


def _interpolate(values: Sequence[float], place: float) -> float:
    index = min(math.floor(place), len(values) - 2)
    return values[index] + (place - index) * (values[index + 1] - values[index])


def _at_times(times: Iterable[float], levels: NoiseLevels) -> tuple[Point, ...]:
    return tuple(Point(float(time), levels.sigma(time)) for time in times)


def _at_sigmas(sigmas: Iterable[float], levels: NoiseLevels) -> tuple[Point, ...]:
    inside = (min(max(sigma, levels.smallest), levels.largest) for sigma in sigmas)
    return tuple(Point(levels.time(sigma), sigma) for sigma in inside)
