"""The noise levels a network of this family was trained on: a table of sigmas, and the way between sigma and time.

Latents are written x = x0 + sigma·noise throughout; a level's time is its index in the table. Standard library only.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul
from typing import Final

TRAINED_LEVELS: Final = 1000

FIRST_BETA: Final = 0.00085
LAST_BETA: Final = 0.012

TERMINAL_ALPHA: Final = 4.8973451890853435e-08
"""What stands for the vanished signal at the last level of a zero-terminal-SNR table, whose sigma would be infinite."""


@dataclass(frozen=True)
class NoiseLevels:
    """A table of sigmas, rising; the index of a level is the time the network is told."""

    sigmas: tuple[float, ...]

    @property
    def smallest(self) -> float:
        return self.sigmas[0]

    @property
    def largest(self) -> float:
        return self.sigmas[-1]

    @property
    def last_time(self) -> int:
        return len(self.sigmas) - 1

    @cached_property
    def _logs(self) -> tuple[float, ...]:
        return tuple(math.log(sigma) for sigma in self.sigmas)

    def sigma(self, time: float) -> float:
        """The level at a time between 0 and `last_time`; between two entries its logarithm is linear in time."""
        index, part = self._place(time)
        if part == 0.0:
            return self.sigmas[index]
        return math.exp((1.0 - part) * self._logs[index] + part * self._logs[index + 1])

    def linear_sigma(self, time: float) -> float:
        """Like `sigma`, but linear in sigma itself between two entries, as the linspace schedule has it."""
        index, part = self._place(time)
        if part == 0.0:
            return self.sigmas[index]
        return (1.0 - part) * self.sigmas[index] + part * self.sigmas[index + 1]

    def time(self, sigma: float) -> float:
        """The fractional time of a positive level, the inverse of `sigma`; levels outside the table take its ends."""
        if sigma <= self.smallest:
            return 0.0
        if sigma >= self.largest:
            return float(self.last_time)
        above = bisect_left(self.sigmas, sigma)
        low, high = self._logs[above - 1], self._logs[above]
        return above - 1 + (math.log(sigma) - low) / (high - low)

    def nearest(self, sigma: float) -> int:
        """The index of the trained level whose logarithm is nearest."""
        below = math.floor(self.time(sigma))
        above = min(below + 1, self.last_time)
        return min(below, above, key=lambda index: abs(self._logs[index] - math.log(sigma)))

    def _place(self, time: float) -> tuple[int, float]:
        inside = min(max(time, 0.0), float(self.last_time))
        index = math.floor(inside)
        return index, inside - index


def levels_for(zero_terminal_snr: bool) -> NoiseLevels:
    """The table that a network was trained on."""
    return ZERO_TERMINAL_SNR_LEVELS if zero_terminal_snr else SDXL_LEVELS


def _scaled_linear_alphas() -> tuple[float, ...]:
    """Remaining signal power after each level when the square roots of the betas are evenly spaced."""
    first, last = math.sqrt(FIRST_BETA), math.sqrt(LAST_BETA)
    step = (last - first) / (TRAINED_LEVELS - 1)
    betas = ((first + index * step) ** 2 for index in range(TRAINED_LEVELS))
    return tuple(accumulate((1.0 - beta for beta in betas), mul))


def _without_terminal_signal(alphas: tuple[float, ...]) -> tuple[float, ...]:
    """Shift and scale the signal amplitudes so that the last one is nothing (Lin et al., arXiv 2305.08891, alg. 1)."""
    first, last = math.sqrt(alphas[0]), math.sqrt(alphas[-1])
    amplitudes = ((math.sqrt(alpha) - last) * first / (first - last) for alpha in alphas[:-1])
    return (*(amplitude**2 for amplitude in amplitudes), TERMINAL_ALPHA)


def _levels(alphas: Iterable[float]) -> NoiseLevels:
    return NoiseLevels(tuple(math.sqrt((1.0 - alpha) / alpha) for alpha in alphas))


SDXL_LEVELS: Final = _levels(_scaled_linear_alphas())

ZERO_TERMINAL_SNR_LEVELS: Final = _levels(_without_terminal_signal(_scaled_linear_alphas()))
"""Levels of networks that were trained down to no signal at all; they predict v and must start at the last level."""
