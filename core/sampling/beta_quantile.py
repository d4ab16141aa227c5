"""The quantile function of the symmetric beta distribution, which the beta schedule spaces its levels by."""

from __future__ import annotations

import math
from typing import Final

_TERMS: Final = 60
_NEWTON_STEPS: Final = 60


def beta_quantile(probability: float, shape: float) -> float:
    """Where Beta(shape, shape) has accumulated `probability`, for 0 < shape <= 1, to about 1e-15.

    The distribution is symmetric, so only its lower half is ever solved and the median is exact.
    """
    if probability == 0.5:
        return 0.5
    if probability > 0.5:
        return 1.0 - beta_quantile(1.0 - probability, shape)
    return _lower_half(probability, shape)


def _lower_half(probability: float, shape: float) -> float:
    """Newton's method in u = x^shape, where the accumulated probability is convex: from the right, never too far."""
    target = probability * shape * math.gamma(shape) ** 2 / math.gamma(2 * shape)
    u = target
    for _ in range(_NEWTON_STEPS):
        x = u ** (1 / shape)
        step = (u * _series(x, shape) - target) / (1 - x) ** (shape - 1)
        u -= step
        if abs(step) <= 1e-16 * u:
            break
    return float(u ** (1 / shape))


def _series(x: float, shape: float) -> float:
    """shape·x^-shape times the incomplete beta function B(x; shape, shape), by its power series (DLMF 8.17.7)."""
    total, coefficient = 0.0, 1.0
    for k in range(_TERMS):
        total += coefficient * shape / (shape + k)
        coefficient *= x * (k + 1 - shape) / (k + 1)
    return total
