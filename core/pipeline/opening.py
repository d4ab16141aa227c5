"""A network of a checkpoint, ready to be brought where it is to compute: without weights yet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import psutil
import torch
from torch import nn

from core.architecture import TextConfig, UNetConfig
from core.checkpoint.describe import Checkpoint
from core.checkpoint.eight_bits import lies_in_eight_bits, scale_of
from core.checkpoint.layout import Network
from core.checkpoint.load import require, skeleton
from core.checkpoint.part import Part
from core.checkpoint.source import PartSource
from core.conditioning.towers import BigG, ClipL
from core.memory.form import Form, form_of
from core.memory.harbour import Extent, Harbour
from core.memory.mover import HOST, Mover, Where
from core.memory.packing import ALIGNMENT
from core.memory.residency import slot_bytes, streamed, units
from core.models.ops import Fetching
from core.models.unet import UNet
from core.models.vae import VAE
from core.plan import Plan, Stage
from core.request import EIGHT_BITS, EXACT
from core.residency import IN_PLACE, STREAMED, UNET, Lodging

WHOLE: Final = ("",)
"""The one unit of a network that only moves as a whole."""
SMALLEST: Final = TextConfig(width=64, layers=1, mlp_width=64, projection=64)
RESERVE: Final = 2 << 30
"""Bytes of host memory that are left to others: the window, the system, and what files are read into."""
MOST_WEIGHTS: Final = 64
"""More than any unit has."""

Room = Callable[[int], bool]
"""Whether the host may take so many bytes more for copies of weights."""


@dataclass(eq=False)
class Opened:
    """A network, what moves its weights, and the file that they come from."""

    network: Any
    mover: Mover
    source: PartSource[Any]


def open_unet(found: Checkpoint, dtype: torch.dtype, room: Room) -> Opened:
    return _opened_unet(found, UNet, dtype, room)


def open_unet_in_eight_bits(found: Checkpoint, dtype: torch.dtype, room: Room) -> Opened:
    """Most of its weights are integers with scales; it computes in `dtype` all the same."""
    return _opened_unet(found, unet_in_eight_bits, dtype, room)


def _opened_unet(found: Checkpoint, build: Callable[[UNetConfig], UNet], dtype: torch.dtype, room: Room) -> Opened:
    part = require(found.unet_part, "unet", found)
    names = [unit.name for unit in units(part.config, Form(dtype.itemsize))]
    return _opened(build, part, dtype, names, room, converts=True)


def unet_in_eight_bits(config: UNetConfig) -> UNet:
    """Without memory, as `skeleton` builds it."""
    unet = UNet(config)
    for name, weight in list(unet.named_parameters()):
        if lies_in_eight_bits(weight.shape):
            layer = unet.get_submodule(name.removesuffix(".weight"))
            cast(Fetching, layer).lie_in_eight_bits()
    return unet


def open_vae(found: Checkpoint, dtype: torch.dtype, room: Room) -> Opened:
    return _opened(VAE, require(found.vae_part, "vae", found), dtype, WHOLE, room, converts=True)


def open_clip_l(found: Checkpoint, dtype: torch.dtype, room: Room) -> Opened:
    return _opened(ClipL, require(found.clip_l_part, "clip_l", found), dtype, WHOLE, room)


def open_big_g(found: Checkpoint, dtype: torch.dtype, room: Room) -> Opened:
    return _opened(BigG, require(found.big_g_part, "big_g", found), dtype, WHOLE, room)


OPENERS: Final[Mapping[tuple[Network, str], Callable[[Checkpoint, torch.dtype, Room], Opened]]] = {
    ("unet", EXACT): open_unet,
    ("unet", EIGHT_BITS): open_unet_in_eight_bits,
    ("vae", EXACT): open_vae,
    ("clip_l", EXACT): open_clip_l,
    ("big_g", EXACT): open_big_g,
}
"""By network, and how its weights lie in memory."""


def _opened(
    build: Callable[[Any], nn.Module],
    part: Part[Any],
    dtype: torch.dtype,
    names: Iterable[str],
    room: Room,
    converts: bool = False,
) -> Opened:
    network, source = skeleton(build, part.config), PartSource(part, converts=converts, used_in=dtype)
    return Opened(network, Mover(network, tuple(names), dtype, source, room, _others(network)), source)


def _others(network: nn.Module) -> dict[str, torch.dtype]:
    """Types of weights in 8 bits, and of their scales."""
    integers = [name for name, weight in network.named_parameters() if weight.dtype == torch.int8]
    return dict.fromkeys(integers, torch.int8) | dict.fromkeys(map(scale_of, integers), torch.float32)


def has_room(count: int) -> bool:
    """Whether the host has so many bytes to spare."""
    return bool(psutil.virtual_memory().available - count > RESERVE)


def import_libraries() -> None:
    """What every run imports, which takes seconds: text towers import theirs when the first of a kind is built."""
    ClipL(SMALLEST)
    BigG(SMALLEST)


def libraries_imported() -> bool:
    return {"open_clip", "transformers"} <= sys.modules.keys()


# -------------------------------------------------------------------------------------------------------------- lodging


def where(lodging: Lodging, unet: UNetConfig | None, form: Form, harbour: Harbour | None) -> Where:
    """Where a network is to be. Only a UNet streams, and only to a device that is not the host."""
    device = torch.device(lodging.device)
    if harbour is None or harbour.extent.device != device:
        return Where(device, in_place=lodging.place == IN_PLACE)
    if lodging.place == STREAMED and unet is not None and harbour.ring is not None:
        return Where(device, moving(unet, form, lodging.resident_bytes), harbour.ring, harbour.dock)
    return Where(device, dock=harbour.dock)


def extent(plan: Plan) -> Extent | None:
    """Of the harbour that the plan's device needs; None where that is the host. A slot takes any unit that streams,
    and what alignment adds."""
    device = torch.device(plan.device)
    if device == HOST:
        return None
    largest = max((_largest_moving(plan, stage) for stage in plan.stages), default=0)
    slots = plan.residency.slots if largest else 0
    slack = MOST_WEIGHTS * ALIGNMENT if largest else 0
    return Extent(device, plan.residency.pinned_bytes, slots, largest + slack)


def _largest_moving(plan: Plan, stage: Stage) -> int:
    form, lodging = form_of(plan), plan.residency.lodging(stage.role, UNET)
    if lodging is None or lodging.place != STREAMED:
        return 0
    return slot_bytes(units(stage.unet, form), moving(stage.unet, form, lodging.resident_bytes))


@cache
def moving(config: UNetConfig, form: Form, resident_bytes: int) -> frozenset[str]:
    """Units of a UNet that stream so that the rest takes no more than that."""
    return streamed(units(config, form), resident_bytes)
