"""Where networks live on a processor: converted once where memory allows, else in the file's own pages. No file has
weights in 8 bits as they are used, so those are converted, one network after the other if need be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from core.memory.budget import Room
from core.memory.form import form_of
from core.memory.peaks import with_peaks
from core.plan import Plan
from core.residency import IN_PLACE, UNET, Lodging

READING: Final = 1e9
"""Bytes that come from a file in a second, about, and are converted: to weigh plans against each other, not to tell."""
CONVERTING: Final = 4e9
"""Bytes of converted weights that a processor makes in a second, about."""

Stored = Mapping[tuple[str, str], int]
"""Bytes of each network in its file, by role and part."""


Wanted = tuple[int | None, bool]
"""Side of the decoder's tiles, and whether guidance goes in two passes."""

EXACT: Final[Wanted] = (None, False)
LOWER: Final[tuple[Wanted, ...]] = ((64, False), (64, True), (32, True))
"""What changes a picture in its last bits: only where nothing else has room."""


def on_processor(plan: Plan, room: Room, stored: Stored) -> Plan | None:
    """The fastest plan within `room`; None where there is none."""
    for wanted in (EXACT, *LOWER):
        lowered = _lowered(plan, wanted)
        choices = _choices(lowered, stored) if wanted == EXACT else _one_by_one(lowered, stored)
        fitting = [(cost, one) for cost, one in choices if _is_possible(one) and one.peak_bytes <= room.host]
        if fitting:
            return min(fitting, key=lambda choice: choice[0])[1]
        if (paged := _paged(lowered, room, stored)) is not None:
            return paged
    return None


def leanest(plan: Plan, stored: Stored) -> Plan:
    """The least that can be, in pages of the files of which none has to stay; in 8 bits, with one network in memory."""
    lowest = _lowered(plan, LOWER[-1])
    paged = _pageless(lowest, stored)
    return paged if _is_possible(paged) else with_peaks(_lean(lowest))


def _is_possible(plan: Plan) -> bool:
    """Weights in 8 bits are never in place, and changed ones beside them would take more than was saved."""
    in_place = any(one.place == IN_PLACE for one in plan.residency.lodgings)
    return not form_of(plan).eight_bits or not (in_place or plan.keep_patched)


def _lowered(plan: Plan, wanted: Wanted) -> Plan:
    tile, split = wanted
    return replace(plan, residency=replace(plan.residency, tile=tile, split_guidance=split))


def _pageless(plan: Plan, stored: Stored) -> Plan:
    lodgings = tuple(replace(one, resident_bytes=0) for one in _all_in_place(plan, stored).residency.lodgings)
    return with_peaks(replace(_lean(plan), residency=replace(plan.residency, lodgings=lodgings)))


def _lean(plan: Plan) -> Plan:
    """No more than one network in memory."""
    return replace(plan, keep_resident=False, keep_patched=False)


def _choices(plan: Plan, stored: Stored) -> Iterator[tuple[float, Plan]]:
    """(seconds that it costs, about, plan); the first of equals is the best."""
    in_place = _all_in_place(plan, stored)
    reading = sum(stored.values()) / READING
    for patched in (True, False) if plan.adapters else (False,):
        making_patches = 0.0 if patched or not plan.adapters else reading
        yield making_patches, with_peaks(replace(plan, keep_resident=True, keep_patched=patched))
        yield making_patches + _conversions(plan, stored), with_peaks(replace(in_place, keep_patched=patched))
    yield from _one_by_one(plan, stored)


def _one_by_one(plan: Plan, stored: Stored) -> Iterator[tuple[float, Plan]]:
    """As `_choices`, with no more than one network in memory."""
    reading = 2 * sum(stored.values()) / READING
    lean = _lean(plan)
    yield reading, with_peaks(lean)
    in_place = replace(_all_in_place(lean, stored), keep_resident=False)
    yield reading + _conversions(plan, stored), with_peaks(in_place)


def _all_in_place(plan: Plan, stored: Stored) -> Plan:
    lodgings = tuple(_in_place(one, stored) for one in plan.residency.lodgings)
    return replace(plan, keep_resident=True, residency=replace(plan.residency, lodgings=lodgings))


def _in_place(lodging: Lodging, stored: Stored) -> Lodging:
    """Only what is used at every step is worth a place in the file: the rest is converted when it comes."""
    if lodging.part != UNET:
        return lodging
    return replace(lodging, place=IN_PLACE, resident_bytes=stored[lodging.role, lodging.part])


def _conversions(plan: Plan, stored: Stored) -> float:
    """Seconds for converting all weights at every step, about; none where the file has the type already."""
    seconds = 0.0
    for stage in plan.stages:
        lodging = plan.residency.lodging(stage.role, UNET)
        if lodging is not None and lodging.weight_bytes != stored[stage.role, UNET]:
            seconds += len(stage.timesteps) * lodging.weight_bytes / CONVERTING
    return seconds


def _paged(plan: Plan, room: Room, stored: Stored) -> Plan | None:
    """In place with as many pages as there is room for; the others come from the disk at every step."""
    least = _pageless(plan, stored)
    spare = room.host - least.peak_bytes
    if spare < 0 or not _is_possible(least):
        return None
    lodgings = tuple(
        replace(one, resident_bytes=min(spare, _in_place(one, stored).resident_bytes)) if one.part == UNET else one
        for one in least.residency.lodgings
    )
    return with_peaks(replace(least, residency=replace(least.residency, lodgings=lodgings)))
