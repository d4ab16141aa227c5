"""What an artist can choose a run from, and what a choice means, told at once and without any file."""

from __future__ import annotations

from typing import Final

from core.planning.names import known
from core.sampling.catalogue import CATALOGUE
from core.sampling.schedules import SCHEDULES, schedule, split

SAMPLERS: Final = tuple(CATALOGUE)
SCHEDULE_NAMES: Final = tuple(SCHEDULES)


def best_schedule(sampler: str) -> str:
    """The one that a sampler is at its best with. Raises HangaError request.unknown_sampler."""
    return CATALOGUE[known(sampler, CATALOGUE, "request.unknown_sampler")].schedule


def stage_steps(steps: int, handoff: float, name: str) -> tuple[int, int]:
    """(steps of the base, steps of the refiner) on the schedule `name`, as planning divides them.

    Raises HangaError request.unknown_schedule, request.steps.
    """
    whole = schedule(known(name, SCHEDULES, "request.unknown_schedule"), steps)
    base, refiner = split(whole, handoff)
    return base.steps, refiner.steps
