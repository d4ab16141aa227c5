"""The next lower plan, after memory ran out in spite of all counting: rung by rung, as long as there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from core import events
from core.machine import CPU
from core.memory.form import Form, form_of
from core.memory.lodgings import housed, streaming
from core.plan import BASE, REFINER, Plan, Stage
from core.residency import IN_PLACE, TOWERS, UNET, VAE, Lodging

Rung = Callable[[Plan], Plan]
"""Gives the plan back as it is where it stands lower already."""

TILES: Final = (64, 32)
"""Sides of the decoder's tiles, in cells of the latent: the first try, and the last before the processor."""


def lowered(plan: Plan, stage: str) -> Plan | None:
    """What to try next after memory ran out in `stage`, one of `core.events.STAGES`; None where nothing is left.

    In this order: other networks make way, half of the weights that stayed stream, then all that can; smaller tiles,
    one side of guidance at a time; at last what runs once per picture moves to the processor. `residency.rung` counts.
    """
    plan = housed(plan)
    for rung in _RUNGS[stage]:
        lower = rung(plan)
        if lower != plan:
            return replace(lower, residency=replace(lower.residency, rung=plan.residency.rung + 1))
    return None


def _evict(plan: Plan) -> Plan:
    return replace(plan, keep_resident=False)


def _forget_patched(plan: Plan) -> Plan:
    return replace(plan, keep_patched=False)


def _stream_base(plan: Plan) -> Plan:
    return _stream(plan, BASE)


def _stream_refiner(plan: Plan) -> Plan:
    return _stream(plan, REFINER)


def _stream(plan: Plan, role: str) -> Plan:
    """Half of what stayed in that stage; all that can move once only a quarter of the weights is left. A processor
    uses them where they lie in the file, which has none in 8 bits."""
    stage = next((stage for stage in plan.stages if stage.role == role), None)
    lodging = plan.residency.lodging(role, UNET)
    if stage is None or lodging is None:
        return plan
    form = form_of(plan)
    if lodging.device == CPU:
        return plan if form.eight_bits else _lodged(plan, lodging, replace(lodging, place=IN_PLACE))
    return _lodged(plan, lodging, _halved(lodging, stage, form))


def _halved(lodging: Lodging, stage: Stage, form: Form) -> Lodging:
    stayed = lodging.resident_bytes
    return streaming(lodging, stage.unet, form, stayed // 2 if 4 * stayed > lodging.weight_bytes else 0)


def _split(plan: Plan) -> Plan:
    return replace(plan, residency=replace(plan.residency, split_guidance=True))


def _tile(plan: Plan) -> Plan:
    now = plan.residency.tile
    smaller = next((tile for tile in TILES if now is None or tile < now), now)
    return replace(plan, residency=replace(plan.residency, tile=smaller))


def _towers_on_processor(plan: Plan) -> Plan:
    return _on_processor(plan, TOWERS)


def _vae_on_processor(plan: Plan) -> Plan:
    return _on_processor(plan, VAE)


def _on_processor(plan: Plan, part: str) -> Plan:
    for lodging in plan.residency.lodgings:
        if lodging.part == part and lodging.device != CPU:
            plan = _lodged(plan, lodging, replace(lodging, device=CPU))
    return plan


def _lodged(plan: Plan, before: Lodging, after: Lodging) -> Plan:
    lodgings = tuple(after if one is before else one for one in plan.residency.lodgings)
    return replace(plan, residency=replace(plan.residency, lodgings=lodgings))


_BASE_ROOM: Final = (_evict, _forget_patched, _stream_base)
_REFINER_ROOM: Final = (_evict, _forget_patched, _stream_refiner)

_RUNGS: Final[Mapping[str, tuple[Rung, ...]]] = {
    events.LOAD: (*_BASE_ROOM, _towers_on_processor),
    events.SWAP: (*_REFINER_ROOM, _towers_on_processor),
    events.ENCODE: (_evict, _forget_patched, _stream_base, _stream_refiner, _towers_on_processor),
    events.BASE: (*_BASE_ROOM, _split),
    events.REFINER: (*_REFINER_ROOM, _split),
    events.DECODE: (_evict, _tile, _vae_on_processor),
    events.SAVE: (_evict,),
}
