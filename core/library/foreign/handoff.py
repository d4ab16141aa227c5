"""Where the refiner takes over: others count steps, we count noise levels."""

from __future__ import annotations

from core.sampling.noise_levels import TRAINED_LEVELS
from core.sampling.schedules import schedule


def after(base_steps: int, steps: int, schedule_name: str) -> float:
    """The hand-over at which the base does the first `base_steps` of `steps` on this schedule.

    1 where it does all of them, 0 for none; between two steps that the trained levels do not tell apart, the nearest.
    """
    times = schedule(schedule_name, steps).timesteps
    if base_steps >= steps:
        return 1.0
    if base_steps <= 0:
        return 0.0
    last, following = times[base_steps - 1], times[base_steps]
    # As late as the base's last step allows, but in the middle if there is room, to stay clear of rounding.
    cutoff = min(int(last), max(int(following) + 1, round((last + following) / 2)))
    return round(1.0 - cutoff / TRAINED_LEVELS, 6)
