"""Where the restart sampler goes back up, as plain numbers, so that a plan can count its steps without torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from core.sampling.spacings import karras_sigmas

RESTART_FROM: Final = 0.1
RESTART_AT: Final = 2.0

Interval = tuple[float, float]


def restart_path(sigmas: Sequence[float]) -> tuple[Interval, ...]:
    """The (sigma, sigma_next) of every step: the given ones, and the restarts after the level nearest RESTART_FROM.

    A restart begins at the level nearest RESTART_AT (Xu et al., arXiv 2306.14878). Its length and number depend on the
    steps asked for; short runs, and runs that end above RESTART_FROM, have none.
    """
    down = tuple(pairwise(sigmas))
    length, times = _length_and_times(len(down))
    low, high = _nearest(sigmas, RESTART_FROM), _nearest(sigmas, RESTART_AT)
    if length == 0 or sigmas[-1] > RESTART_FROM or high >= low:
        return down
    again = tuple(pairwise(karras_sigmas(sigmas[high], sigmas[low], length + 1)))
    return (*down[:low], *again * times, *down[low:])


def _length_and_times(steps: int) -> tuple[int, int]:
    if steps < 20:
        return 0, 0
    return (9, 1) if steps < 36 else (steps // 4, 2)


def _nearest(sigmas: Sequence[float], level: float) -> int:
    return min(range(len(sigmas)), key=lambda index: abs(sigmas[index] - level))
