"""Putting adapters on loaded networks, and taking them off again without a trace.

No weight is ever written to. Our own layers are given a patch, which makes the changed weight from theirs at the moment
of use (`core.models.ops`). Layers of other libraries' towers know no patches: while one of their blocks runs, changed
weights stand where its own were, which return when it is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from core.checkpoint.header import Progress
from core.checkpoint.layout import Network
from core.checkpoint.names import Place
from core.checkpoint.reader import read_tensors
from core.models.ops import Conv2d, Linear
from core.patches.adapter_file import AdapterFile, read_adapter
from core.patches.changes import Change, Workshop, together
from core.patches.fit import Piece, fit
from core.patches.places import Wearer
from core.plan import Adapter

Modules = Mapping[Network, nn.Module]

BLOCK: Final = re.compile(r".+\.(resblocks|layers)\.\d+(?=\.)")
"""The part of a tower's weight name that is its block, the smallest module that is sure to be called."""


@dataclass(frozen=True, kw_only=True)
class Fabric:
    """What patches are made for: the type and device of the weights, and whether a changed weight is kept beside its
    original once it has been made, which takes memory, or made anew at every use, which takes time."""

    dtype: torch.dtype
    device: torch.device
    keep: bool


@dataclass
class Patch:
    """Makes the changed weight; the same bits whether it is kept or not."""

    changes: Mapping[Place, Sequence[Change]]
    keep: bool
    kept: Tensor | None = field(default=None, repr=False)

    def __call__(self, weight: Tensor) -> Tensor:
        if self.kept is not None:
            return self.kept
        changed = weight.clone()
        for place, changes in self.changes.items():
            for change in changes:
                change.add_to(_part(changed, place), _part(weight, place))
        if self.keep:
            self.kept = changed
        return changed


def _part(weight: Tensor, place: Place) -> Tensor:
    """The matrix at `place` in `weight`, as a view."""
    rows = weight if place.third is None else weight.tensor_split(3)[place.third]
    return rows.t() if place.transposed else rows


def put_on(
    networks: Modules, wearer: Wearer, adapters: Sequence[Adapter], fabric: Fabric, progress: Progress
) -> Callable[[], None]:
    """Let `networks`, which are those of `wearer`, wear all of `adapters`; returns what takes them off. Nothing is put
    on if anything fails. Raises HangaError file.* as `fit` does, file.not_finite, file.overflows, file.changed."""
    changes: dict[Network, dict[str, dict[Place, list[Change]]]] = {}
    for adapter in adapters:
        for piece, change in _changes(adapter, networks, wearer, fabric, progress):
            by_name = changes.setdefault(piece.target.network, {})
            by_name.setdefault(piece.target.place.name, {}).setdefault(piece.target.place, []).append(change)
    undoing: list[Callable[[], None]] = []
    for network, by_name in changes.items():
        patches = {name: _patch(by_place, fabric) for name, by_place in by_name.items()}
        undoing += _put_on(networks[network], patches)

    def take_off() -> None:
        for undo in undoing:
            undo()

    return take_off


def _patch(by_place: Mapping[Place, list[Change]], fabric: Fabric) -> Patch:
    return Patch({place: together(changes) for place, changes in by_place.items()}, fabric.keep)


# ------------------------------------------------------------------------------------------------------------- reading


def _changes(
    adapter: Adapter, networks: Modules, wearer: Wearer, fabric: Fabric, progress: Progress
) -> Iterator[tuple[Piece, Change]]:
    """What one adapter does to `networks`; its file is read once, from front to back."""
    file = read_adapter(Path(adapter.model.path))
    pieces = [piece for piece in fit(file, wearer, adapter.model.name).pieces if piece.target.network in networks]
    workshop = Workshop(adapter.model.name, fabric.dtype, fabric.device)
    tensors = _tensors(file, pieces, progress)
    for piece in pieces:
        yield piece, workshop.change(piece, {name: tensors.pop(name).float() for name in piece.names}, adapter.weight)


def _tensors(file: AdapterFile, pieces: Sequence[Piece], progress: Progress) -> dict[str, Tensor]:
    names = {name for piece in pieces for name in piece.names}
    tensors = {}
    for name, tensor in read_tensors(file.header, names):
        tensors[name] = tensor
        progress(len(tensors), len(names))
    return tensors


# ------------------------------------------------------------------------------------------------------------- wearing


def _put_on(network: nn.Module, patches: Mapping[str, Patch]) -> Iterator[Callable[[], None]]:
    """Put the patches where the named weights are; yields what undoes each."""
    blocks: dict[str, dict[str, Patch]] = {}
    for name, patch in patches.items():
        module, _, _ = name.rpartition(".")
        layer = network.get_submodule(module)
        if isinstance(layer, Linear | Conv2d):
            yield _put_on_layer(layer, patch)
        else:
            block = match.group() if (match := BLOCK.match(name)) else ""
            blocks.setdefault(block, {})[name.removeprefix(f"{block}.")] = patch
    for block, inside in blocks.items():
        yield _put_on_block(network.get_submodule(block), inside)


def _put_on_layer(layer: Linear | Conv2d, patch: Patch) -> Callable[[], None]:
    layer.patch = patch

    def undo() -> None:
        del layer.patch

    return undo


def _put_on_block(block: nn.Module, patches: Mapping[str, Patch]) -> Callable[[], None]:
    """`patches` by the names of weights within the block."""
    own = block.forward

    def forward(*arguments: Any, **options: Any) -> Any:
        with _exchanged(block, patches):
            return own(*arguments, **options)

    block.forward = forward

    def undo() -> None:
        del block.forward

    return undo


@contextmanager
def _exchanged(block: nn.Module, patches: Mapping[str, Patch]) -> Iterator[None]:
    """Changed weights in the block for a while; its own parameters come back as the same objects."""
    own = {name: block.get_parameter(name) for name in patches}
    changed = {name: nn.Parameter(patches[name](weight), requires_grad=False) for name, weight in own.items()}
    try:
        _fill(block, changed)
        yield
    finally:
        _fill(block, own)


def _fill(block: nn.Module, parameters: Mapping[str, nn.Parameter]) -> None:
    for name, parameter in parameters.items():
        module, _, last = name.rpartition(".")
        setattr(block.get_submodule(module), last, parameter)
