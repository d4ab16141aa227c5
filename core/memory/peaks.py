"""What each stage of a plan takes at most, and moves: the sum of the networks that are there and of what computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from core import events
from core.architecture import UNetConfig
from core.machine import CPU
from core.memory.activations import course_bytes, decoder_activations, tower_activations, unet_activations, workspace
from core.memory.budget import STAGING, kind_of, library_bytes
from core.memory.flops import cells_of
from core.memory.form import BYTES, Form, form_of
from core.memory.residency import bytes_of, named, slot_bytes, streamed, units, widened_bytes
from core.plan import BASE, REFINER, Plan, Stage
from core.residency import ADAPTERS, IN_PLACE, RESIDENT, STREAMED, TOWERS, UNET, VAE, Lodging, Peak

SLOT_SLACK: Final = 64 << 10
"""Bytes of a slot that are lost to alignment, at most."""
WINDOW_BYTES: Final = 300
"""Of text that fill a window of tokens, about."""
LATENTS: Final = 16
"""Copies of latents in full precision that samplers keep."""


def with_peaks(plan: Plan) -> Plan:
    """The plan, told what it takes now that its networks have their places."""
    found = tuple(peaks(plan))
    on_host = kind_of(plan.device) == CPU
    most = max((peak.host_bytes if on_host else peak.device_bytes for peak in found), default=0)
    return replace(plan, peak_bytes=most, residency=replace(plan.residency, peaks=found))


def peaks(plan: Plan) -> Iterator[Peak]:
    """Of every stage, in order. Seconds are for others to tell."""
    for stage in plan.stages:
        towers, unet = (plan.residency.lodging(stage.role, part) for part in (TOWERS, UNET))
        if towers is not None and unet is not None:
            yield _peak(plan, events.LOAD if stage.role == BASE else events.SWAP, towers, 0, _loaded(plan, towers))
            yield _peak(plan, events.ENCODE, towers, encoding_bytes(plan, stage), 0)
            moved = _loaded(plan, unet) + _passes(plan, stage) * moving_bytes(plan, stage, unet)
            name = events.BASE if stage.role == BASE else events.REFINER
            yield _peak(plan, name, unet, predicting_bytes(plan, stage, plan.residency.split_guidance), moved)
    vae = plan.residency.lodging(BASE, VAE)
    if vae is not None:
        tile = plan.residency.tile
        yield _peak(plan, events.DECODE, vae, decoding_bytes(plan, tile, kind_of(vae.device)), _loaded(plan, vae))


def encoding_bytes(plan: Plan, stage: Stage) -> int:
    towers = [stage.bigg] if stage.clip_l is None else [stage.bigg, stage.clip_l]
    most = max(tower_activations(tower, 2, BYTES[plan.dtype]) for tower in towers)
    return workspace(most, kind_of(plan.device))


def predicting_bytes(plan: Plan, stage: Stage, split: bool) -> int:
    """Of one evaluation of a UNet, with the latents of the sampler."""
    sides = 1 if split or plan.guidance_scale == 1 else 2
    height, width = cells_of(plan)
    itemsize, deep = BYTES[plan.dtype], plan.request.step_cache > 1
    most = unet_activations(stage.unet, height, width, sides, itemsize)
    kept = course_bytes(stage.unet, height, width, sides, itemsize, _windows(plan), deep)
    latents = LATENTS * 4 * height * width * BYTES["float32"]
    return workspace(most, kind_of(plan.device)) + kept + latents + _converted(plan, stage)


def _windows(plan: Plan) -> int:
    """Of the longer prompt, about; it has not been taken apart yet."""
    request = plan.request
    texts = (request.prompt, request.negative, request.prompt_2 or "", request.negative_2 or "")
    return 1 + max(len(text.encode()) for text in texts) // WINDOW_BYTES


def _converted(plan: Plan, stage: Stage) -> int:
    """Of weights that do not lie as they are used, in place or in 8 bits, what is converted at one time."""
    form, lodging = form_of(plan), plan.residency.lodging(stage.role, UNET)
    if lodging is None or lodging.place != IN_PLACE:
        return widened_bytes(stage.unet, form)
    return max(unit.bytes for unit in units(stage.unet, form))


def decoding_bytes(plan: Plan, tile: int | None, kind: str) -> int:
    """Of decoding with tiles of that side, or the picture whole; the finished pixels with it."""
    height, width = cells_of(plan)
    if tile is not None:
        height, width = min(height, tile), min(width, tile)
    most = decoder_activations(plan.first_stage.config, height, width, BYTES[plan.vae_dtype])
    return workspace(most, kind, decoding=True) + 5 * BYTES["float32"] * plan.width * plan.height


def weights_there(lodging: Lodging) -> int:
    """Bytes of the memory that a network computes in, without the ring."""
    return lodging.weight_bytes if lodging.place == RESIDENT else lodging.resident_bytes


def ring_bytes(plan: Plan) -> int:
    """Of the one ring through which all streaming goes, which is there as long as the run lasts."""
    homes = {stage.role: plan.residency.lodging(stage.role, UNET) for stage in plan.stages}
    slots = [
        _moving(stage.unet, form_of(plan), home.resident_bytes)[1] + SLOT_SLACK
        for stage in plan.stages
        if (home := homes[stage.role]) is not None and home.place == STREAMED
    ]
    return plan.residency.slots * max(slots, default=0)


def moving_bytes(plan: Plan, stage: Stage, lodging: Lodging) -> int:
    """To the device, in one pass."""
    if lodging.place != STREAMED:
        return 0
    return _moving(stage.unet, form_of(plan), lodging.resident_bytes)[0]


@lru_cache(maxsize=256)
def _moving(config: UNetConfig, form: Form, resident_bytes: int) -> tuple[int, int]:
    """Bytes that move in a pass, and of the largest unit that does."""
    parts = units(config, form)
    moving = streamed(parts, resident_bytes)
    return bytes_of(named(parts, moving)), slot_bytes(parts, moving)


def _passes(plan: Plan, stage: Stage) -> int:
    """Times that a network goes through its weights for one picture, about: samplers of higher order do it twice."""
    return len(stage.timesteps) * (2 if plan.residency.split_guidance else 1)


def _peak(plan: Plan, name: str, active: Lodging, computing: int, moved: int) -> Peak:
    """A stage in which the network of `active` computes with so many bytes besides weights."""
    there = _there(plan, active)
    on_card = ring_bytes(plan) + sum(weights_there(one) for one in there if kind_of(one.device) != CPU)
    on_host = sum(weights_there(one) for one in there if kind_of(one.device) == CPU)
    host = library_bytes(kind_of(plan.device)) + on_host + _copies(plan)
    if kind_of(active.device) == CPU:
        host += computing
    else:
        on_card += computing
    device = host if kind_of(plan.device) == CPU else on_card
    return Peak(stage=name, device_bytes=device, host_bytes=host, moved_bytes=moved)


def _there(plan: Plan, active: Lodging) -> list[Lodging]:
    """Networks that are in memory together with one: all where they stay."""
    lodgings = [one for one in plan.residency.lodgings if one is active or not _is_borrowed(plan, one)]
    there = lodgings if plan.keep_resident else [one for one in lodgings if one in (active, _worn(plan))]
    if plan.keep_patched:
        there += [one for one in lodgings if one.role == BASE and one.part in (TOWERS, UNET)]
    return there


def _is_borrowed(plan: Plan, lodging: Lodging) -> bool:
    """Whether these are the refiner's towers and the base has them in the same file: then they are there once."""
    texts = {stage.role: stage.text for stage in plan.stages}
    return (lodging.role, lodging.part) == (REFINER, TOWERS) and texts.get(BASE) == texts.get(REFINER)


def _worn(plan: Plan) -> Lodging | None:
    return plan.residency.lodging(BASE, ADAPTERS)


def _copies(plan: Plan) -> int:
    """Of host memory, what holds weights that go to a device."""
    if kind_of(plan.device) == CPU:
        return 0
    return STAGING + plan.residency.pinned_bytes


def _loaded(plan: Plan, lodging: Lodging) -> int:
    return lodging.resident_bytes if kind_of(lodging.device) != CPU else 0
