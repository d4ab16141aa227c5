"""Where the networks of a plan live if nobody has said otherwise, and how much of a UNet has to stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import prod

from core.architecture import TextConfig, UNetConfig, VAEConfig
from core.checkpoint.blueprint import Tensors, big_g_tensors, clip_l_tensors, vae_tensors
from core.memory.form import BYTES, Form, form_of
from core.memory.residency import bytes_of, named, streamed, units
from core.plan import BASE, Plan
from core.residency import RESIDENT, STREAMED, TOWERS, UNET, VAE, Lodging


def numbers(tensors: Tensors) -> int:
    """How many numbers the tensors of a blueprint hold."""
    return sum(prod(shape) for _, shape in tensors)


@lru_cache(maxsize=16)
def tower_numbers(clip_l: TextConfig | None, big_g: TextConfig) -> int:
    first = 0 if clip_l is None else numbers(clip_l_tensors(clip_l))
    return first + numbers(big_g_tensors(big_g))


@lru_cache(maxsize=16)
def vae_numbers(config: VAEConfig) -> int:
    return numbers(vae_tensors(config))


def housed(plan: Plan) -> Plan:
    """The plan with a place for each network: as it has them, else everything on its device."""
    if plan.residency.lodgings:
        return plan
    return replace(plan, residency=replace(plan.residency, lodgings=tuple(_lodgings(plan))))


def device_of(plan: Plan, role: str, part: str) -> str:
    """Where a network of the plan computes, as torch spells it."""
    lodging = plan.residency.lodging(role, part)
    return plan.device if lodging is None else lodging.device


def _lodgings(plan: Plan) -> Iterator[Lodging]:
    form = form_of(plan)
    for stage in plan.stages:
        yield at_home(stage.role, TOWERS, plan.device, tower_numbers(stage.clip_l, stage.bigg) * form.itemsize)
        yield at_home(stage.role, UNET, plan.device, bytes_of(units(stage.unet, form)))
    yield at_home(BASE, VAE, plan.device, vae_numbers(plan.first_stage.config) * BYTES[plan.vae_dtype])


def at_home(role: str, part: str, device: str, weight_bytes: int) -> Lodging:
    """All of a network on one device."""
    return Lodging(role=role, part=part, device=device, weight_bytes=weight_bytes, resident_bytes=weight_bytes)


def streaming(lodging: Lodging, config: UNetConfig, form: Form, resident_bytes: int) -> Lodging:
    """A UNet of which at most `resident_bytes` stay, or as few as can; told to the byte."""
    parts = units(config, form)
    moving = streamed(parts, resident_bytes)
    staying = bytes_of(parts) - bytes_of(named(parts, moving))
    return replace(lodging, place=STREAMED if moving else RESIDENT, resident_bytes=staying)
