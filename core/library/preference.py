"""How often one of two is preferred, and how sure that is. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054
"""97.5th percentile of the normal distribution: 95 % lie between it and its negative."""


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Votes for A, votes for B, and ties, each of which counts as half a vote for either."""

    a: int = 0
    b: int = 0
    ties: int = 0

    @property
    def votes(self) -> int:
        return self.a + self.b + self.ties

    @property
    def rate(self) -> float | None:
        """Share of B's wins over A; None without votes."""
        return (self.b + self.ties / 2) / self.votes if self.votes else None

    @property
    def interval(self) -> tuple[float, float]:
        """In which the true rate lies with 95 % confidence, after Wilson; from 0 to 1 without votes."""
        return wilson(self.rate or 0.0, self.votes)


def wilson(share: float, count: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of Wilson (1927) for a `share` of `count` trials, at `z` standard deviations."""
    if count == 0:
        return 0.0, 1.0
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    middle, scale = share + z * z / (2 * count), 1 + z * z / count
    return max((middle - spread) / scale, 0.0), min((middle + spread) / scale, 1.0)
