"""The networks of a run in memory: loaded when first asked for, kept, moved or let go as the plan says, wearing the
adapters that the plan has for their stage and no others."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import NamedTuple, cast

import torch

from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.header import Progress
from core.checkpoint.layout import Network
from core.conditioning.encode import Towers
from core.errors import HangaError
from core.memory.copying import STREAMS, copies_to
from core.memory.form import form_of
from core.memory.harbour import Extent, Harbour
from core.memory.heap import give_back
from core.memory.lodgings import at_home
from core.memory.mover import HOST, Where
from core.models.unet import UNet
from core.models.vae import VAE
from core.patches.places import Wearer
from core.patches.wear import Fabric, put_on
from core.pipeline.cancel import Check
from core.pipeline.opening import OPENERS, Opened, extent, has_room, import_libraries, libraries_imported, where
from core.plan import BASE, Adapter, ModelFile, Plan, Stage
from core.request import EXACT
from core.residency import TOWERS, UNET
from core.residency import VAE as VAE_PART

logger = logging.getLogger(__name__)

Held = Mapping[Network, Opened]


class Key(NamedTuple):
    """What is held: the file and its content, the part, in which type it computes, and how its weights lie."""

    model: ModelFile
    part: str
    dtype: torch.dtype
    weights: str = EXACT


@dataclass(frozen=True)
class Worn:
    """The adapters that a network wears, how its patches are made, and what takes them off."""

    adapters: tuple[Adapter, ...]
    fabric: Fabric
    take_off: Callable[[], None]


@dataclass
class Networks:
    """What is loaded, by file and content, part and type. One lives as long as its pictures share models."""

    keep: bool = True
    held: dict[Key, Held] = field(default_factory=dict)
    worn: dict[Key, Worn] = field(default_factory=dict)
    harbour: Harbour | None = None
    copies: int = 0
    """Bytes of host memory that copies of weights may take, which come back to a device."""

    def follow(self, plan: Plan) -> None:
        """Take the plan's word for what may stay, and where; let go of what another plan left behind. Nothing that the
        plan needs is lost: what it wants elsewhere moves when it is next asked for."""
        self.keep, self.copies = plan.keep_resident, _copied_bytes(plan)
        wanted = {key for stage in plan.stages for key in (_unet_key(stage, plan), _towers_key(stage, plan))}
        vaes = {_vae_key(plan, torch_dtype(dtype)) for dtype in (plan.dtype, plan.vae_dtype)}
        for key in list(self.held):
            if key not in wanted | vaes:
                self._drop(key)
        self._dock(extent(plan))

    def unet(self, stage: Stage, plan: Plan, check: Check) -> UNet:
        key = _unet_key(stage, plan)
        held = self._held(key, ("unet",))
        if held["unet"].network.config != stage.unet:
            self._drop(key)
            raise HangaError("file.changed", name=stage.model.name)
        self._settle(key, plan, stage.role, UNET, check)
        held["unet"].mover.then(None)
        self._dress(key, stage, plan, check)
        return cast(UNet, held["unet"].network)

    def ahead(self, stage: Stage, plan: Plan) -> None:
        """The UNet of `stage` comes next: the system may read its file while another network computes, if it has room.
        What is wrong with the file is told when it is asked for."""
        try:
            (one,) = self._held(_unet_key(stage, plan), ("unet",)).values()
        except HangaError as error:
            logger.info("nothing is read ahead of %s: %s", stage.model.name, error)
            return
        if one.mover.where is None and has_room(one.source.bytes):
            Thread(target=_read_ahead, args=(one, stage.model.name), name="reading ahead", daemon=True).start()

    def hand_over(self, stage: Stage, following: Stage, plan: Plan) -> None:
        """The pass that begins is the last of `stage`: when its own last units compute, the first ones of `following`
        stream in."""
        here, there = (self.held.get(_unet_key(one, plan)) for one in (stage, following))
        if here is not None and there is not None:
            to = self._where(there["unet"], plan, following.role, UNET)
            here["unet"].mover.then(there["unet"].mover, to)

    def towers(self, stage: Stage, plan: Plan, check: Check) -> Towers:
        if self.keep and not libraries_imported():
            self._unet_meanwhile(stage, plan, check)
        key = _towers_key(stage, plan)
        held = self._held(key, ("big_g",) if stage.clip_l is None else ("big_g", "clip_l"))
        self._settle(key, plan, stage.role, TOWERS, check)
        self._dress(key, stage, plan, check)
        return Towers(held["big_g"].network, held["clip_l"].network if "clip_l" in held else None)

    def vae(self, plan: Plan, dtype: torch.dtype, check: Check) -> VAE:
        key = _vae_key(plan, dtype)
        held = self._held(key, ("vae",))
        self._settle(key, plan, BASE, VAE_PART, check)
        return cast(VAE, held["vae"].network)

    def release(self) -> None:
        """Let go of everything, and give the memory back to the system."""
        for key in list(self.held):
            self._drop(key)
        self._dock(None)
        gc.collect()
        give_back()
        if torch.accelerator.is_available():
            torch.accelerator.empty_cache()

    def _unet_meanwhile(self, stage: Stage, plan: Plan, check: Check) -> None:
        """The towers' libraries take seconds to import, and no disk: the stage's UNet is read at the same time."""
        importing = Thread(target=import_libraries, name="importing", daemon=True)
        importing.start()
        try:
            self.unet(stage, plan, check)
        finally:
            importing.join()

    # ---------------------------------------------------------------------------------------------------------- holding

    def _held(self, key: Key, networks: tuple[Network, ...]) -> Held:
        """What goes by `key`; opened without weights if it is new. A tower that two stages read is one."""
        if key not in self.held:
            known = self._open_already(key)
            missing = [name for name in networks if name not in known]
            found = describe(Path(key.model.path)) if missing else None
            opened = {} if found is None else {name: self._open(name, found, key) for name in missing}
            self.held[key] = {name: (known | opened)[name] for name in networks}
        return self.held[key]

    def _open(self, name: Network, found: Checkpoint, key: Key) -> Opened:
        return OPENERS[name, key.weights](found, key.dtype, self._has_room)

    def _open_already(self, key: Key) -> dict[Network, Opened]:
        """Networks that lie in the same file, and are held in the same way."""
        same = (held for other, held in self.held.items() if other._replace(part=key.part) == key)
        return {name: one for held in same for name, one in held.items()}

    def _has_room(self, count: int) -> bool:
        copied = {id(one): one.mover.copied_bytes for held in self.held.values() for one in held.values()}
        return sum(copied.values()) + count <= self.copies and has_room(count)

    def _drop(self, key: Key) -> None:
        """But for what another key holds, too."""
        worn = self.worn.pop(key, None)
        if worn is not None:
            worn.take_off()
        for one in self.held.pop(key).values():
            if not any(one is other for held in self.held.values() for other in held.values()):
                one.mover.forget()

    def _make_way(self, key: Key, device: torch.device) -> None:
        """All others leave `device`; on a processor, where they have nowhere to go, they are let go of."""
        staying = self.held[key].values()
        for other, held in list(self.held.items()):
            leaving = [one for one in held.values() if one not in staying and one.mover.is_on(device)]
            if leaving and device == HOST and other != key:
                self._drop(other)
            for one in leaving:
                one.mover.evict()

    # ----------------------------------------------------------------------------------------------------------- moving

    def _settle(self, key: Key, plan: Plan, role: str, part: str, check: Check) -> None:
        for one in list(self.held[key].values()):
            to = self._where(one, plan, role, part)
            if not self.keep:
                self._make_way(key, to.device)
            one.source.progress = _stopping(check)
            try:
                one.mover.settle(to, copy=not self.keep)
            except (RuntimeError, MemoryError):
                raise  # what arrived is still there: it may go on from there with a lower plan
            except BaseException:
                self._drop(key)
                raise

    def _where(self, one: Opened, plan: Plan, role: str, part: str) -> Where:
        lodging = plan.residency.lodging(role, part) or at_home(role, part, plan.device, 0)
        return where(lodging, one.network.config if part == UNET else None, form_of(plan), self.harbour)

    def _dock(self, wanted: Extent | None) -> None:
        """Have the harbour that is wanted. What streamed through another one stops; what is resident stays."""
        if wanted == (None if self.harbour is None else self.harbour.extent):
            return
        for held in self.held.values():
            for one in held.values():
                one.mover.halt()
        if self.harbour is not None:
            self.harbour.close()
        self.harbour = None if wanted is None else Harbour(wanted, copies_to(wanted.device))

    # --------------------------------------------------------------------------------------------------------- dressing

    def _dress(self, key: Key, stage: Stage, plan: Plan, check: Check) -> None:
        """Let a held network wear what the plan has for this stage; nothing is read or moved if it does already."""
        wanted = tuple(one for one in plan.adapters if one.weight and stage.role in one.roles)
        fabric = Fabric(dtype=key.dtype, device=self._device(key), keep=plan.keep_patched)
        worn = self.worn.get(key)
        if worn is not None and (worn.adapters, worn.fabric) == (wanted, fabric):
            return
        for other in [other for other in self.worn if other == key or self._share(key, other)]:
            self.worn.pop(other).take_off()
        if wanted:
            wearer = Wearer(unet=stage.unet, clip_l=stage.clip_l, big_g=stage.bigg)
            modules = {name: one.network for name, one in self.held[key].items()}
            self.worn[key] = Worn(wanted, fabric, put_on(modules, wearer, wanted, fabric, _stopping(check)))

    def _share(self, key: Key, other: Key) -> bool:
        return any(one is two for one in self.held[key].values() for two in self.held[other].values())

    def _device(self, key: Key) -> torch.device:
        settled = next(iter(self.held[key].values())).mover.where
        return HOST if settled is None else settled.device


def _read_ahead(one: Opened, name: str) -> None:
    try:
        one.source.foretell()
    except HangaError as error:
        logger.info("%s is not read ahead: %s", name, error)


def _copied_bytes(plan: Plan) -> int:
    """Host memory for copies: as planned. A plan that was lowered in the middle of a run may take what the host has,
    rather than read what streams from its file at every step, unless the device shares that memory."""
    shared = torch.device(plan.device).type not in STREAMS
    lowered = 0 if shared or not plan.residency.rung else sum(one.weight_bytes for one in plan.residency.lodgings)
    return max(plan.residency.pinned_bytes, lowered)


def _unet_key(stage: Stage, plan: Plan) -> Key:
    return Key(stage.model, "unet", torch_dtype(plan.dtype), plan.request.weights)


def _towers_key(stage: Stage, plan: Plan) -> Key:
    """A refiner may borrow the second tower of a file from which the base uses both."""
    return Key(stage.text, "big_g" if stage.clip_l is None else "towers", torch_dtype(plan.dtype))


def _vae_key(plan: Plan, dtype: torch.dtype) -> Key:
    return Key(plan.first_stage.model, "vae", dtype)


def torch_dtype(name: str) -> torch.dtype:
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[name]


def _stopping(check: Check) -> Progress:
    def progress(done: int, total: int) -> None:
        check()

    return progress
