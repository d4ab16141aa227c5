"""Where a run computes and where its weights live meanwhile: decided from sizes and a description of the machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.errors import HangaError
from core.machine import CPU, GIGABYTE, Device, Machine
from core.memory.budget import context_bytes, room_of
from core.memory.lodgings import at_home, housed
from core.plan import BASE, Plan
from core.planning import on_card, on_processor
from core.planning.kinds import candidates, type_for, vae_type
from core.residency import ADAPTERS, UNDECIDED

MAY_NOT_FIT: Final = "note.may_not_fit"
ON_PROCESSOR: Final = "note.on_processor"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What the files of a run hold: bytes of each network by role and part, and of all LoRAs, and the type of most
    values of the base as its file spells it."""

    stored: Mapping[tuple[str, str], int]
    adapters: int
    dtype: str


def placed(draft: Plan, machine: Machine, sizes: Sizes) -> Plan:
    """The fastest plan that `machine` has room for: `draft`, which is complete but for its placement, with one.

    A card that is too small makes way for the processor, unless it was asked for. Raises HangaError
    request.unknown_device, request.unknown_dtype, request.half_on_processor, request.limit_too_low, memory.too_small.
    """
    preferred, *others = candidates(draft.request.device, machine)
    found = _on(preferred, draft, machine, sizes)
    if found is not None:
        return found
    if machine.memory_limit is not None:
        _refuse_limit(preferred, draft, machine, sizes)
    for device in others:
        if (found := _on(device, draft, machine, sizes)) is not None:
            return replace(found, notes=(*found.notes, ON_PROCESSOR) if device.kind == CPU else found.notes)
    return _hoped(others[-1] if others else preferred, draft, machine, sizes)


def usable_bytes(device: str, machine: Machine) -> int:
    """Of a device's memory, what a run may count on. Raises HangaError request.unknown_device."""
    return room_of(candidates(device, machine)[0], machine).device


def _on(device: Device, draft: Plan, machine: Machine, sizes: Sizes) -> Plan | None:
    plan, room = _ready(device, draft, sizes), room_of(device, machine)
    if device.kind == CPU:
        return on_processor.on_processor(plan, room, sizes.stored)
    return on_card.on_card(plan, room)


def _ready(device: Device, draft: Plan, sizes: Sizes) -> Plan:
    """The draft with its device and types, and every network at home there."""
    dtype = type_for(draft.request.dtype, device, sizes.dtype)
    bare = replace(draft, device=device.address, dtype=dtype, vae_dtype=vae_type(dtype, device), residency=UNDECIDED)
    plan = housed(bare)
    if not sizes.adapters:
        return plan
    worn = at_home(BASE, ADAPTERS, device.address, sizes.adapters)
    return replace(plan, residency=replace(plan.residency, lodgings=(*plan.residency.lodgings, worn)))


def _refuse_limit(device: Device, draft: Plan, machine: Machine, sizes: Sizes) -> None:
    """Say how low the artist's limit may be, if it is what stands in the way."""
    if _on(device, draft, replace(machine, memory_limit=None), sizes) is None:
        return
    least = _leanest(device, draft, machine, sizes).peak_bytes + context_bytes(device.kind)
    raise HangaError(
        "request.limit_too_low",
        limit=round((machine.memory_limit or 0) / GIGABYTE, 2),
        least=_gigabytes(least, math.ceil),
    )


def _hoped(device: Device, draft: Plan, machine: Machine, sizes: Sizes) -> Plan:
    """The leanest plan, where the machine is too small by all counting. A processor's memory can be swapped to disk,
    so that it may work all the same; a card's cannot."""
    lean = _leanest(device, draft, machine, sizes)
    if device.kind == CPU:
        return replace(lean, notes=(*lean.notes, MAY_NOT_FIT))
    have, least = device.memory, lean.peak_bytes + device.memory - room_of(device, machine).device
    raise HangaError(
        "memory.too_small",
        device=device.address,
        have=_gigabytes(have, math.floor),
        least=_gigabytes(least, math.ceil),
    )


def _leanest(device: Device, draft: Plan, machine: Machine, sizes: Sizes) -> Plan:
    plan = _ready(device, draft, sizes)
    if device.kind == CPU:
        return on_processor.leanest(plan, sizes.stored)
    return on_card.leanest(plan, replace(room_of(device, machine), device=0))


def _gigabytes(count: int, towards: Callable[[float], int]) -> float:
    """In tenths, rounded so that it is no lie."""
    return towards(count / GIGABYTE * 10) / 10
