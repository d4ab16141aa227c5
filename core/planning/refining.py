"""Refine later: a plan that goes on from the latents kept with a picture, with other settings for the refiner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from core.errors import HangaError
from core.machine import Machine
from core.plan import BASE, REFINER, ModelFile, Plan, Start
from core.planning.changes import Changes as Changes
from core.planning.planner import Models, make_plan
from core.record import ImageRecord
from core.request import AUTO, Lora, Request


class KnownModels(Models, Protocol):
    """Models that can also be found by what a picture says of them."""

    def find_again(self, model: ModelFile, asked: str | None) -> Path: ...


def refining_plan(record: ImageRecord, changes: Changes, models: KnownModels, machine: Machine) -> Plan:
    """The plan that refines the picture of `record` again.

    A later hand-over lets the base go on first, an earlier one adds back the noise that is missing, as the paper's own
    refinement does; a picture made without a refiner starts from its final latents. Raises HangaError
    request.no_refiner, file.model_gone, and what planning raises.
    """
    request = changed(record, changes, models)
    if request.refiner is None:
        raise HangaError("request.no_refiner")
    return make_plan(request, models, machine, start_of(record))


def start_of(record: ImageRecord) -> Start:
    """Where the refiner can take over: the latents at the hand-over, or the final ones where there was none."""
    plan = record.plan
    if len(plan.stages) > 1:
        return Start(key=record.key, tensor="handoff", sigma=plan.stages[-1].sigmas[0])
    if plan.start.key is not None and plan.start.tensor == "handoff":
        return replace(plan.start, key=record.key)
    return Start(key=record.key, tensor="final", sigma=0.0)


def changed(record: ImageRecord, changes: Changes, models: KnownModels) -> Request:
    """The picture's request with the changes; its models by names that find the same files here."""
    request, plan = record.plan.request, record.plan
    aesthetic = request.positive.aesthetic if changes.aesthetic is None else changes.aesthetic
    return replace(
        request,
        checkpoint=_checkpoint_again(record, models),
        refiner=changes.refiner or _refiner_again(record, models),
        vae=_vae_again(record, models),
        loras=tuple(_loras_again(record, models)),
        width=plan.width,
        height=plan.height,
        handoff=request.handoff if changes.handoff is None else changes.handoff,
        steps=request.steps if changes.steps is None else changes.steps,
        positive=replace(request.positive, aesthetic=aesthetic),
    )


def _checkpoint_again(record: ImageRecord, models: KnownModels) -> str:
    """The base that the picture was made with. A run of the refiner alone did not load it, except to decode."""
    plan, asked = record.plan, record.plan.request.checkpoint
    decoded_by = None if plan.request.vae else plan.first_stage.model
    used = next((stage.model for stage in plan.stages if stage.role == BASE), decoded_by)
    return asked if used is None else _name_of(models.find_again(used, asked), asked, models)


def _vae_again(record: ImageRecord, models: KnownModels) -> str | None:
    """The first stage that was asked for, if one was."""
    asked = record.plan.request.vae
    return None if asked is None else _name_of(models.find_again(record.plan.first_stage.model, asked), asked, models)


def _loras_again(record: ImageRecord, models: KnownModels) -> Iterator[Lora]:
    """The LoRAs that the picture was made with, found by content alone: names in a picture may be anybody's."""
    for lora, adapter in zip(record.plan.request.loras, record.plan.adapters, strict=False):
        path = models.find_again(adapter.model, None)
        names = (lora.name, path.name)
        yield replace(lora, name=next((name for name in names if _means(name, path, models.find_lora)), str(path)))


def _refiner_again(record: ImageRecord, models: KnownModels) -> str | None:
    """The refiner that the picture was made with, or the one that belongs to its checkpoint."""
    request = record.plan.request
    used = next((stage.model for stage in record.plan.stages if stage.role == REFINER), None)
    asked = models.companion(request.checkpoint) if request.refiner in (AUTO, None) else request.refiner
    return asked if used is None else _name_of(models.find_again(used, asked), asked, models)


def _name_of(path: Path, asked: str | None, models: Models) -> str:
    """What a request calls the file at `path`: as before, or by its own name, where that finds it. Its place would
    tell other people about this machine, and is no help to them."""
    names = (name for name in (asked, path.name) if name is not None)
    return next((name for name in names if _means(name, path, models.find)), str(path))


def _means(name: str, path: Path, find: Callable[[str], Path]) -> bool:
    try:
        return find(name).resolve() == path.resolve()
    except HangaError:
        return False
