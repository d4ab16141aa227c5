"""Moves the weights of one loaded network between its file, the host and a device, whole or unit by unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from core.memory.cargo import Cargo, Dock, FileCargo, HostCargo
from core.memory.packing import Package, empty, host_memory, pack
from core.memory.ring import Ring, Train

HOST: Final = torch.device("cpu")
AWAY: Final = torch.device("meta")


class Source(Protocol):
    """The file of a network."""

    def read(self, targets: Mapping[str, Tensor]) -> None:
        """Fill tensors by the names of weights. Raises HangaError file.*, and whatever stops it."""

    def mapped(self, wanted: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Those of `wanted` that can be used where they lie in the file, perhaps in another type."""

    def check(self) -> None:
        """Raises HangaError file.changed if what is mapped can no longer be used."""


@dataclass(frozen=True)
class Where:
    """Where a network computes, and which of its units come through a ring when their turn comes."""

    device: torch.device
    moving: frozenset[str] = frozenset()
    ring: Ring | None = None
    dock: Dock | None = None
    """Where copies to the device start; None where the device is the host."""
    in_place: bool = False
    """From the file's own pages, as far as it can be."""


@dataclass(eq=False)
class Mover:
    """`units` are paths of modules in the order of their use, below which all weights lie. What does not lie on the
    device lies in the host's memory, if `room` has it for that many bytes, or else stays in the file."""

    network: nn.Module
    units: Sequence[str]
    dtype: torch.dtype
    source: Source
    room: Callable[[int], bool]
    others: Mapping[str, torch.dtype] = field(default_factory=dict)
    """Types of weights that lie in another one than `dtype`, by their names."""
    where: Where | None = None
    """None: nowhere that it could compute."""
    train: Train | None = None
    _packages: dict[str, Package] = field(default_factory=dict)
    _copies: dict[str, HostCargo] = field(default_factory=dict)
    """Units of which the host has a copy."""
    _in_file: dict[str, FileCargo] = field(default_factory=dict)
    _hooks: list[RemovableHandle] = field(default_factory=list)
    _lies: Where | None = None
    """Where what is not away lies: as `where`, but also when it is not complete."""
    _dock: Dock | None = None
    """The last at which it was."""

    def __post_init__(self) -> None:
        self._packages = {unit: self._pack(unit) for unit in self.units}

    def settle(self, where: Where, copy: bool = False) -> None:
        """Be there; what is there already is not moved. `copy`: the host keeps one of all weights, if it has room.

        Raises what the source raises, and what devices raise that run out of memory; call it again then, or `evict`.
        """
        if where != self.where:
            self._leave(where)
            self._lies = where
            self._come(where, copy)
            self.where = where
            self._drop_copies(() if copy else [unit for unit in self.units if unit not in where.moving])

    def then(self, following: Mover | None, where: Where | None = None) -> None:
        """After this pass, and not before, `following` streams through the same ring, there; None: this one again."""
        if self.train is not None:
            self.train.then(None if following is None or where is None else following.train_to(where))

    def train_to(self, where: Where) -> Train | None:
        """What it would stream there."""
        return None if where.ring is None else Train(where.ring, [self._cargo(unit) for unit in self._moving(where)])

    def _moving(self, where: Where) -> list[str]:
        return [unit for unit in self.units if unit in where.moving]

    @property
    def copied_bytes(self) -> int:
        """Host memory that copies take."""
        return sum(cargo.bytes for cargo in self._copies.values())

    def is_on(self, device: torch.device) -> bool:
        """Whether it has weights there, all of them or some."""
        return self._lies is not None and self._lies.device == device

    def halt(self) -> None:
        """No more copies from the dock, which is to go. What is resident stays."""
        if self._lies is not None and self._lies.dock is not None:
            self._stop()
            self.where, self._lies = None, replace(self._lies, ring=None, dock=None, moving=frozenset())

    def evict(self) -> None:
        """Leave the device. The host keeps a copy, if it has room; nothing is lost if it has not."""
        self._leave(None)

    def forget(self) -> None:
        """Leave for good."""
        self._stop()
        self.where = self._lies = None
        for unit in self.units:
            self._put_away(unit)
        self._drop_copies(self.units)

    # ---------------------------------------------------------------------------------------------------------- leaving

    def _leave(self, to: Where | None) -> None:
        """Take from the device what is not to stay there."""
        self._stop()
        here, self.where, self._lies = self._lies, None, None
        if here is None:
            return
        stays = to is not None and (to.device, to.in_place) == (here.device, here.in_place)
        for unit in self.units:
            if not stays or to is None or unit in to.moving:
                if here.device != HOST:
                    self._keep_copy(unit)
                self._put_away(unit)

    def _stop(self) -> None:
        """No more streaming: what came through the ring is away."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        if self.train is not None:
            self.train.stop()
            self.train = None
            for unit in self._lies.moving if self._lies is not None else ():
                self._put_away(unit)

    def _keep_copy(self, unit: str) -> None:
        if unit in self._copies or self._is_away(unit):
            return
        cargo = self._host_memory(unit)
        if cargo is not None:
            weights = self._weights(unit)
            for name, view in self._packages[unit].views(cargo.memory).items():
                view.copy_(weights[name])
            self._copies[unit] = cargo

    # ----------------------------------------------------------------------------------------------------------- coming

    def _come(self, where: Where, copy: bool) -> None:
        if where.in_place:
            self._map()
        if where.dock is not None:
            self._dock_at(where.dock)
        resident = [unit for unit in self.units if unit not in where.moving and self._is_away(unit)]
        wanted = self._moving(where)
        wanted += resident if copy and where.device != HOST else []
        arriving = self._new_copies(wanted)
        by_way_of_host = [unit for unit in resident if unit in self._copies or unit in arriving]
        memory = {
            unit: torch.empty(self._packages[unit].bytes, dtype=torch.uint8, device=where.device)
            for unit in by_way_of_host
        }
        direct = {unit: self._memory_at(unit, where.device) for unit in resident if unit not in memory}
        self._read(direct, arriving)
        for unit, tensors in direct.items():
            self._put(unit, tensors)
        self._bring(memory, where.dock)
        if where.ring is not None and where.moving:
            self._start(where.ring, self._moving(where))

    def _map(self) -> None:
        away = {unit: self._memory_at(unit, AWAY) for unit in self.units if self._is_away(unit)}
        _assign(self.network, self.source.mapped(dict(_named(away))))
        for module in (self.network, *self.network.children()):
            self._hooks.append(module.register_forward_pre_hook(self._check))

    def _check(self, *_: Any) -> None:
        self.source.check()

    def _new_copies(self, units: Iterable[str]) -> dict[str, HostCargo]:
        """Memory for copies of those that have none yet, as far as there is room."""
        found: dict[str, HostCargo] = {}
        for unit in units:
            if unit not in self._copies and self._is_away(unit):
                cargo = self._host_memory(unit, sum(cargo.bytes for cargo in found.values()))
                found |= {} if cargo is None else {unit: cargo}
        return found

    def _memory_at(self, unit: str, device: torch.device) -> dict[str, Tensor]:
        berths, weights = self._packages[unit].berths, self._weights(unit)
        missing = [name for name, weight in weights.items() if weight.device == AWAY]
        return {name: empty(berths[name].shape, berths[name].dtype, device) for name in missing}

    def _read(self, direct: Mapping[str, Mapping[str, Tensor]], arriving: Mapping[str, HostCargo]) -> None:
        """From the file: at once to where it is to be, or to the host."""
        packed = {unit: self._packages[unit].views(cargo.memory) for unit, cargo in arriving.items()}
        targets = dict(_named({**direct, **packed}))
        if targets:
            self.source.read(targets)
        self._copies.update(arriving)

    def _bring(self, memory: Mapping[str, Tensor], dock: Dock | None) -> None:
        """From the host's copies to the device, a unit at a time; what computes waits for them, the host does not."""
        for unit, there in memory.items():
            here = self._copies[unit].memory
            if dock is None:
                there.copy_(here)
            else:
                dock.copies.wait(dock.send(here, there, dock.copies.mark()))
            self._put(unit, self._packages[unit].views(there))

    def _start(self, ring: Ring, moving: list[str]) -> None:
        views = [self._packages[unit].views(ring.slot(index).memory) for index, unit in enumerate(moving)]
        self.train = train = Train(ring, [self._cargo(unit) for unit in moving])
        for index, unit in enumerate(moving):
            self._put(unit, views[index])
            module = self.network.get_submodule(unit)
            self._hooks.append(module.register_forward_pre_hook(partial(_arrive, train, index)))
            self._hooks.append(module.register_forward_hook(partial(_leave, train, index)))
        train.prime()

    def _dock_at(self, dock: Dock) -> None:
        """Memory is pinned for one dock at a time."""
        if self._dock is not None and self._dock is not dock:
            self._dock.finish()
            for cargo in self._copies.values():
                self._dock.release(cargo.memory)
        self._dock = dock

    # ---------------------------------------------------------------------------------------------------------- weights

    def _cargo(self, unit: str) -> Cargo:
        """One and the same for as long as it comes from the same place."""
        if unit not in self._copies and unit not in self._in_file:
            self._in_file[unit] = FileCargo(self._packages[unit].bytes, partial(self._read_packed, unit))
        return self._copies.get(unit) or self._in_file[unit]

    def _read_packed(self, unit: str, memory: Tensor) -> None:
        self.source.read(dict(_named({unit: self._packages[unit].views(memory)})))

    def _host_memory(self, unit: str, promised: int = 0) -> HostCargo | None:
        """Room for a unit, besides `promised` bytes that are not in use yet."""
        count = self._packages[unit].bytes
        return HostCargo(host_memory(count)) if self.room(promised + count) else None

    def _drop_copies(self, units: Iterable[str]) -> None:
        for unit in units:
            cargo = self._copies.pop(unit, None)
            if cargo is not None and self._dock is not None:
                self._dock.finish()
                self._dock.release(cargo.memory)

    def _pack(self, unit: str) -> Package:
        weights = self._weights(unit).items()
        return pack((name, it.shape, self.others.get(_join(unit, name), self.dtype)) for name, it in weights)

    def _weights(self, unit: str) -> dict[str, Tensor]:
        return dict(self.network.get_submodule(unit).named_parameters())

    def _is_away(self, unit: str) -> bool:
        return any(weight.device == AWAY for weight in self._weights(unit).values())

    def _put_away(self, unit: str) -> None:
        self._put(unit, {name: torch.empty_like(weight, device=AWAY) for name, weight in self._weights(unit).items()})

    def _put(self, unit: str, tensors: Mapping[str, Tensor]) -> None:
        _assign(self.network.get_submodule(unit), tensors)


def _arrive(train: Train, index: int, *_: Any) -> None:
    train.arrive(index)


def _leave(train: Train, index: int, *_: Any) -> None:
    train.leave(index)


def _named(units: Mapping[str, Mapping[str, Tensor]]) -> Iterator[tuple[str, Tensor]]:
    for unit, tensors in units.items():
        for name, tensor in tensors.items():
            yield _join(unit, name), tensor


def _join(unit: str, name: str) -> str:
    return f"{unit}.{name}" if unit else name


def _assign(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    for name, tensor in tensors.items():
        module, _, last = name.rpartition(".")
        setattr(network.get_submodule(module), last, nn.Parameter(tensor, requires_grad=False))
