"""A run in this process, which neither loss nor lack of a device ends: the processor goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from core import events
from core.events import Event
from core.jobs.backend import DEVICE_LOST, EXHAUSTED
from core.library.keeper import Keeper
from core.library.models import ModelFolder
from core.machine import CPU, Machine
from core.plan import Plan
from core.planning.planner import make_plan
from core.request import AUTO

NOTES: Final = {DEVICE_LOST: "note.device_lost", EXHAUSTED: "note.memory_elsewhere"}
"""What is said instead of a failure after which the processor goes on."""


def compute(
    plan: Plan,
    keeper: Keeper,
    models: ModelFolder,
    job: str,
    cancelled: Callable[[], bool] = lambda: False,
    parent: str | None = None,
) -> Iterator[Event]:
    """As `core.pipeline.run.run`, which it tries again without the device where that is lost or too small."""
    from core.pipeline.run import run

    done: list[int] = []
    for event in run(plan, keeper, None, job, cancelled, parent):
        if isinstance(event, events.Saved):
            done.append(event.index)
        if isinstance(event, events.Failed) and event.code in NOTES and _may_move(plan, event):
            yield events.StageStarted(job=job, stage=events.LOAD, note=NOTES[event.code], data=event.data)
            yield from run(on_the_processor(plan, models), keeper, None, job, cancelled, parent, done)
            return
        yield event


def _may_move(plan: Plan, failed: events.Failed) -> bool:
    """A device that was asked for by name is left for another one only if it is gone."""
    return plan.device != CPU and (failed.code == DEVICE_LOST or plan.request.device == AUTO)


def on_the_processor(plan: Plan, models: ModelFolder) -> Plan:
    """The same pictures, made there. Raises what planning raises."""
    from core.memory.machine import this_machine

    machine: Machine = this_machine()
    request = replace(plan.request, device=CPU, dtype=AUTO, seed=plan.seeds[0])
    return make_plan(request, models, machine, plan.start)
