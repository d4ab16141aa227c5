"""Schedules: the noise levels a run visits and the times the network is told there, as plain numbers.

The planner calls `schedule` and `split`; the results go into the plan. Standard library only, no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.errors import HangaError
from core.sampling import spacings
from core.sampling.noise_levels import SDXL_LEVELS, TRAINED_LEVELS, NoiseLevels
from core.sampling.spacings import Spacing

MOST_STEPS: Final = TRAINED_LEVELS - 1

SCHEDULES: Final[Mapping[str, Spacing]] = MappingProxyType(
    {
        "leading": spacings.leading,
        "linspace": spacings.linspace,
        "trailing": spacings.trailing,
        "normal": spacings.normal,
        "sgm_uniform": spacings.sgm_uniform,
        "simple": spacings.simple,
        # With as many levels as steps, the DDIM grid of the field is the leading one.
        "ddim_uniform": spacings.leading,
        "karras": spacings.karras,
        "exponential": spacings.exponential,
        "beta": spacings.beta,
        "kl_optimal": spacings.kl_optimal,
        "ays": spacings.ays,
    }
)


@dataclass(frozen=True)
class Schedule:
    """Steps from `sigmas[i]` to `sigmas[i + 1]`, the network being told `timesteps[i]`.

    One sigma more than timesteps, falling; the last is 0 unless another stage goes on from there.
    """

    sigmas: tuple[float, ...]
    timesteps: tuple[float, ...]

    @property
    def steps(self) -> int:
        return len(self.timesteps)

    def part(self, first: int, end: int) -> Schedule:
        """The steps `first` to `end` (exclusive); none of them leaves a single sigma."""
        return Schedule(self.sigmas[first : end + 1], self.timesteps[first:end])


def schedule(name: str, steps: int, levels: NoiseLevels = SDXL_LEVELS) -> Schedule:
    """The whole schedule of a name in `SCHEDULES`, down to 0.

    Raises HangaError "request.steps" unless 1 <= steps <= MOST_STEPS: there are no more levels to tell apart.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise HangaError("request.steps", steps=steps, most=MOST_STEPS)
    points = SCHEDULES[name](steps, levels)
    return Schedule((*(point.sigma for point in points), 0.0), tuple(point.time for point in points))


def split(whole: Schedule, handoff: float) -> tuple[Schedule, Schedule]:
    """Cut by noise level: the base model runs the first `handoff` of the trained times, the refiner the rest.

    The base's last sigma is the refiner's first, so the two are one run. Either may have no steps.
    """
    cutoff = round(TRAINED_LEVELS - handoff * TRAINED_LEVELS)
    base_steps = sum(time >= cutoff for time in whole.timesteps)
    return whole.part(0, base_steps), whole.part(base_steps, whole.steps)


def levels_during(sigmas: Sequence[float], first: float, last: float) -> tuple[float, float]:
    """(above, up to): the noise levels of the steps from share `first` of a run up to share `last`, both 0 to 1.

    A level belongs to them if above < sigma <= up to, which covers what a sampler visits within those steps.
    """
    steps = len(sigmas) - 1
    begin, end = (math.ceil(round(share * steps, 9)) for share in (first, last))
    return sigmas[end], sigmas[begin]


def time_of(whole: Schedule, levels: NoiseLevels = SDXL_LEVELS) -> Callable[[float], float]:
    """From sigma to time: the schedule's own pairs, and log-sigma interpolation for what samplers visit between."""
    pairs = dict(zip(whole.sigmas, whole.timesteps, strict=False))

    def time(sigma: float) -> float:
        known = pairs.get(sigma)
        return levels.time(sigma) if known is None else known

    return time
