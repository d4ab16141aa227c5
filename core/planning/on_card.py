"""Where networks live on a graphics device: all of them in it, or one after the other, streamed as far as need be.

What changes a picture, if only in its last bits, comes last: guidance in two passes, decoding in tiles. More memory
never makes a plan slower: each question is settled for the fastest answer that has room, the gravest question first.
"""

from __future__ import annotations

from dataclasses import replace

from core.machine import CPU
from core.memory.budget import Room, kind_of
from core.memory.form import form_of
from core.memory.lodgings import streaming
from core.memory.lowering import TILES
from core.memory.peaks import (
    decoding_bytes,
    encoding_bytes,
    predicting_bytes,
    ring_bytes,
    weights_there,
    with_peaks,
)
from core.plan import BASE, Plan, Stage
from core.residency import ADAPTERS, TOWERS, UNET, VAE, Lodging, Residency


def on_card(plan: Plan, room: Room) -> Plan | None:
    """The fastest plan within `room`; None where there is none."""
    for staying in _all_there(plan):
        if fits(staying, room):
            return staying
    lean = leanest(plan, room)
    return lean if fits(lean, room) else None


def leanest(plan: Plan, room: Room) -> Plan:
    """One network at a time, each as far on the device as it fits."""
    plan = replace(plan, keep_resident=False, keep_patched=False)
    ring = _ring(plan, room)
    split = not all(_goes_whole(plan, stage, room, ring) for stage in plan.stages)
    plan = _with(plan, split_guidance=split)
    for stage in plan.stages:
        plan = _towers(plan, stage, room, ring)
        plan = _unet(plan, stage, room, ring)
    plan = _decoder(plan, room, ring)
    return with_peaks(_with(plan, pinned_bytes=_copies(plan, room)))


def fits(plan: Plan, room: Room) -> bool:
    return all(room.holds(peak.device_bytes, peak.host_bytes) for peak in plan.residency.peaks)


def _all_there(plan: Plan) -> list[Plan]:
    """Everything in the device's memory at once; with what adapters change as well, where any are worn. Beside weights
    in 8 bits, changed ones would take more than was saved."""
    staying = replace(plan, keep_resident=True)
    if plan.adapters and not form_of(plan).eight_bits:
        return [with_peaks(replace(staying, keep_patched=True)), with_peaks(staying)]
    return [with_peaks(staying)]


def _with(plan: Plan, **changes: object) -> Plan:
    residency: Residency = replace(plan.residency, **changes)  # type: ignore[arg-type]
    return replace(plan, residency=residency)


def _lodge(plan: Plan, before: Lodging, after: Lodging) -> Plan:
    return _with(plan, lodgings=tuple(after if one is before else one for one in plan.residency.lodgings))


def _left(plan: Plan, room: Room, computing: int, ring: int = 0) -> int:
    """Of the device, for weights beside what computes, what streams and what adapters need."""
    worn = plan.residency.lodging(BASE, ADAPTERS)
    return room.device - computing - ring - (0 if worn is None else worn.weight_bytes)


def _home(plan: Plan, role: str, part: str) -> Lodging:
    found = plan.residency.lodging(role, part)
    if found is None:
        raise LookupError(f"{role} has no {part}")
    return found


def _least(stage: Stage, plan: Plan) -> Lodging:
    """A UNet of which all streams that can."""
    return streaming(_home(plan, stage.role, UNET), stage.unet, form_of(plan), 0)


def _ring(plan: Plan, room: Room) -> int:
    """Bytes for a ring that takes any unit, if a UNet has to stream: one does for all, as long as the run lasts."""
    for stage in plan.stages:
        computing = predicting_bytes(plan, stage, split=False)
        if _home(plan, stage.role, UNET).weight_bytes > _left(plan, room, computing):
            return max(ring_bytes(_lodge(plan, _home(plan, one.role, UNET), _least(one, plan))) for one in plan.stages)
    return 0


def _goes_whole(plan: Plan, stage: Stage, room: Room, ring: int) -> bool:
    """Whether both sides of guidance can go through a network at once, if it streams as far as need be."""
    home = _least(stage, plan) if ring else _home(plan, stage.role, UNET)
    return weights_there(home) <= _left(plan, room, predicting_bytes(plan, stage, split=False), ring)


def _unet(plan: Plan, stage: Stage, room: Room, ring: int) -> Plan:
    home = _home(plan, stage.role, UNET)
    left = _left(plan, room, predicting_bytes(plan, stage, plan.residency.split_guidance), ring)
    if home.weight_bytes <= left:
        return plan
    return _lodge(plan, home, streaming(home, stage.unet, form_of(plan), max(0, left)))


def _towers(plan: Plan, stage: Stage, room: Room, ring: int) -> Plan:
    home = _home(plan, stage.role, TOWERS)
    if home.weight_bytes <= _left(plan, room, encoding_bytes(plan, stage), ring):
        return plan
    return _lodge(plan, home, replace(home, device=CPU))


def _decoder(plan: Plan, room: Room, ring: int) -> Plan:
    """Whole, in the largest tiles that fit, or on the processor."""
    home, kind = _home(plan, BASE, VAE), kind_of(plan.device)
    for tile in (None, *TILES):
        if home.weight_bytes <= _left(plan, room, decoding_bytes(plan, tile, kind), ring):
            return _with(plan, tile=tile)
    return _lodge(_with(plan, tile=TILES[-1]), home, replace(home, device=CPU))


def _copies(plan: Plan, room: Room) -> int:
    """Bytes of host memory for weights that come back: all of them, if there is so much. On shared memory a copy
    would only take room from the original."""
    if room.shared:
        return 0
    weights = sum(one.weight_bytes for one in plan.residency.lodgings if one.device != CPU)
    bare = with_peaks(_with(plan, pinned_bytes=0))
    return max(0, min(weights, room.host - max(peak.host_bytes for peak in bare.residency.peaks)))
