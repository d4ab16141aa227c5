"""Loading what a plan will need, before anybody asks for it."""

from __future__ import annotations

from collections.abc import Callable

from core.pipeline.cancel import check_for
from core.pipeline.networks import Networks, torch_dtype
from core.pipeline.opening import import_libraries as import_libraries
from core.plan import Plan


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
