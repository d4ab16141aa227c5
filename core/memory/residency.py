"""Which parts of a UNet stay on the device, and which stream through a ring of slots. Arithmetic on a configuration.

A unit is the least that moves at once: a transformer block, a residual block, a projection. Planning counts with the
same units as the mover moves, so what was promised is what happens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.architecture import UNetConfig
from core.checkpoint.blueprint import unet_tensors
from core.memory.form import Form

LARGE: Final = 0.25
"""Share of the largest unit from which a unit streams first: in SDXL those at the lowest resolutions, nine tenths of
all bytes. The high resolutions have few bytes and much of the time, so there is nothing to win by moving them."""
SMALL: Final = 0.02
"""Share of the largest unit below which a unit never moves: a copy would cost more than its place."""

_UNIT: Final = re.compile(
    r"(?:input_blocks\.\d+\.\d+|middle_block\.\d+|output_blocks\.\d+\.\d+)"
    r"(?:\.transformer_blocks\.\d+|\.norm|\.proj_in|\.proj_out)?(?=\.)"
)


@dataclass(frozen=True)
class Unit:
    """A module by its path in the UNet, and how many bytes its weights take."""

    name: str
    bytes: int


@lru_cache(maxsize=64)
def units(config: UNetConfig, form: Form) -> tuple[Unit, ...]:
    """All units of a UNet in the order in which they compute. Every tensor lies below exactly one of them."""
    counts: dict[str, int] = {}
    for tensor, shape in unet_tensors(config):
        found = _UNIT.match(tensor)
        name = found[0] if found else tensor.split(".", 1)[0]
        counts[name] = counts.get(name, 0) + form.bytes(shape)
    return tuple(Unit(name, count) for name, count in counts.items())


def streamed(units: tuple[Unit, ...], resident_bytes: int) -> frozenset[str]:
    """Names of the units that move at every pass so that all others take at most `resident_bytes`: as few as possible,
    evenly spaced, so that copies and computation interleave. The smallest stay even where that is too much. With more
    bytes never more is moved.
    """
    excess = bytes_of(units) - resident_bytes
    chosen: frozenset[str] = frozenset()
    for tier in _tiers(units):
        rest = excess - bytes_of(named(units, chosen))
        if rest > 0:
            chosen |= _evenly(tier, rest)
    return chosen


def named(units: Iterable[Unit], names: frozenset[str]) -> tuple[Unit, ...]:
    return tuple(unit for unit in units if unit.name in names)


def bytes_of(units: Iterable[Unit]) -> int:
    return sum(unit.bytes for unit in units)


def slot_bytes(units: tuple[Unit, ...], moving: frozenset[str]) -> int:
    """What one slot of the ring holds: the largest of the units that move; 0 where none does."""
    return max((unit.bytes for unit in named(units, moving)), default=0)


@lru_cache(maxsize=64)
def widened_bytes(config: UNetConfig, form: Form) -> int:
    """What is made at once, at most, of weights that do not lie in the type in which they are used: one of them."""
    return max(form.widened_bytes(shape) for _, shape in unet_tensors(config))


def _tiers(units: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], ...]:
    """Units that may stream, those first that should."""
    largest = max(unit.bytes for unit in units)
    large = tuple(unit for unit in units if unit.bytes >= LARGE * largest)
    medium = tuple(unit for unit in units if SMALL * largest <= unit.bytes < LARGE * largest)
    return large, medium


def _evenly(tier: tuple[Unit, ...], wanted: int) -> frozenset[str]:
    """As few units of `tier` as have `wanted` bytes, at equal distances; all where that is not enough."""
    for count in range(1, len(tier)):
        picked = [tier[(2 * index + 1) * len(tier) // (2 * count)] for index in range(count)]
        if bytes_of(picked) >= wanted:
            return frozenset(unit.name for unit in picked)
    return frozenset(unit.name for unit in tier)
