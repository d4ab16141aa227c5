"""Loading what a plan will need, before anybody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.architecture import TextConfig
from core.conditioning.towers import BigG, ClipL
from core.pipeline.cancel import check_for
from core.pipeline.networks import Networks, torch_dtype
from core.plan import Plan

SMALLEST: Final = TextConfig(width=64, layers=1, mlp_width=64, projection=64)


def import_libraries() -> None:
    """What every run imports, which takes seconds: text towers import theirs when the first of a kind is built."""
    ClipL(SMALLEST)
    BigG(SMALLEST)


def warm(plan: Plan, networks: Networks, cancelled: Callable[[], bool]) -> None:
    """Load the networks of `plan`, or what it needs first where they cannot all stay.

    Raises CancelledError when asked to stop, and what loading raises.
    """
    check = check_for(cancelled)
    networks.follow(plan)
    networks.towers(plan.stages[0], plan, check)
    if plan.keep_resident:
        for stage in plan.stages:
            networks.towers(stage, plan, check)
            networks.unet(stage, plan, check)
        networks.vae(plan, torch_dtype(plan.vae_dtype), check)
