"""The networks of a run in memory: loaded when first asked for, kept or let go as the plan says, wearing the adapters
that the plan has for their stage and no others."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import torch

from core.checkpoint.describe import Checkpoint, describe
from core.checkpoint.load import Progress, load_big_g, load_clip_l, load_unet, load_vae
from core.conditioning.encode import Towers
from core.errors import HangaError
from core.models.unet import UNet
from core.models.vae import VAE
from core.patches.places import Wearer
from core.patches.wear import Fabric, Modules, put_on
from core.pipeline.cancel import Check
from core.plan import Adapter, ModelFile, Plan, Stage

Loaded = TypeVar("Loaded", UNet, VAE, Towers)
Key = tuple[ModelFile, str, torch.dtype, torch.device]


@dataclass(frozen=True)
class Worn:
    """The adapters that a network wears, how its patches are made, and what takes them off."""

    adapters: tuple[Adapter, ...]
    fabric: Fabric
    take_off: Callable[[], None]


@dataclass
class Networks:
    """What is loaded, by file and content, part, type and device. One lives as long as its pictures share models."""

    keep: bool = True
    held: dict[Key, UNet | VAE | Towers] = field(default_factory=dict)
    worn: dict[Key, Worn] = field(default_factory=dict)

    def follow(self, plan: Plan) -> None:
        """Take the plan's word for what may stay; let go of what another plan left behind."""
        self.keep = plan.keep_resident
        wanted = {(stage.model, "unet") for stage in plan.stages} | {
            (stage.text, _towers_part(stage)) for stage in plan.stages
        }
        wanted.add((plan.first_stage.model, "vae"))
        types, device = {torch_dtype(plan.dtype), torch_dtype(plan.vae_dtype)}, torch.device(plan.device)
        for model, part, dtype, place in list(self.held):
            if (model, part) not in wanted or dtype not in types or place != device:
                del self.held[model, part, dtype, place]
                self.worn.pop((model, part, dtype, place), None)

    def unet(self, stage: Stage, plan: Plan, check: Check) -> UNet:
        def load(found: Checkpoint, dtype: torch.dtype, device: torch.device) -> UNet:
            if found.unet != stage.unet:
                raise HangaError("file.changed", name=stage.model.name)
            unet, _ = load_unet(found, dtype, device, _stopping(check))
            return unet.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

        key = (stage.model, "unet", torch_dtype(plan.dtype), torch.device(plan.device))
        unet: UNet = self._get(key, load)
        self._dress(key, {"unet": unet}, stage, plan, check)
        return unet

    def towers(self, stage: Stage, plan: Plan, check: Check) -> Towers:
        def load(found: Checkpoint, dtype: torch.dtype, device: torch.device) -> Towers:
            progress = _stopping(check)
            bigg, _ = load_big_g(found, dtype, device, progress)
            clip_l = load_clip_l(found, dtype, device, progress)[0] if stage.clip_l is not None else None
            return Towers(bigg, clip_l)

        key = (stage.text, _towers_part(stage), torch_dtype(plan.dtype), torch.device(plan.device))
        towers: Towers = self._get(key, load)
        modules: Modules = {"big_g": towers.bigg}
        self._dress(key, modules if towers.clip_l is None else {**modules, "clip_l": towers.clip_l}, stage, plan, check)
        return towers

    def vae(self, plan: Plan, dtype: torch.dtype, check: Check) -> VAE:
        def load(found: Checkpoint, dtype: torch.dtype, device: torch.device) -> VAE:
            vae, _ = load_vae(found, dtype, device, _stopping(check))
            return vae.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

        return self._get((plan.first_stage.model, "vae", dtype, torch.device(plan.device)), load)

    def _dress(self, key: Key, modules: Modules, stage: Stage, plan: Plan, check: Check) -> None:
        """Let a held network wear what the plan has for this stage; nothing is read or moved if it does already."""
        wanted = tuple(one for one in plan.adapters if one.weight and stage.role in one.roles)
        fabric = Fabric(dtype=key[2], device=key[3], keep=plan.keep_patched)
        worn = self.worn.get(key)
        if worn is not None and (worn.adapters, worn.fabric) == (wanted, fabric):
            return
        if worn is not None:
            worn.take_off()
            del self.worn[key]
        if wanted:
            wearer = Wearer(unet=stage.unet, clip_l=stage.clip_l, big_g=stage.bigg)
            self.worn[key] = Worn(wanted, fabric, put_on(modules, wearer, wanted, fabric, _stopping(check)))

    def _get(self, key: Key, load: Callable[[Checkpoint, torch.dtype, torch.device], Loaded]) -> Loaded:
        model, _, dtype, device = key
        if key not in self.held:
            if not self.keep:
                self.release()
            self.held[key] = load(describe(Path(model.path)), dtype, device)
        return self.held[key]  # type: ignore[return-value]  # the part in the key decides the type

    def release(self) -> None:
        """Let go of everything, and give the memory back to the system."""
        self.held.clear()
        self.worn.clear()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _towers_part(stage: Stage) -> str:
    """A refiner may borrow the second tower of a file from which the base uses both."""
    return "big_g" if stage.clip_l is None else "towers"


def torch_dtype(name: str) -> torch.dtype:
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[name]


def _stopping(check: Check) -> Progress:
    def progress(done: int, total: int) -> None:
        check()

    return progress
