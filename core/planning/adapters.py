"""Which LoRAs act where: each is found, read as far as its header, and held against the models of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from core.errors import HangaError
from core.patches.adapter_file import HASH_DIGITS, AdapterFile, read_adapter
from core.patches.fit import Fit, fit
from core.patches.places import Wearer
from core.plan import BASE, REFINER, Adapter, ModelFile
from core.request import Lora, Request

MOST_WEIGHT: Final = 10.0


class LoraFolder(Protocol):
    """Where LoRA files are found."""

    def find_lora(self, name: str) -> Path: ...
    def identify(self, path: Path) -> ModelFile: ...
    def payload_hash(self, path: Path, start: int) -> str: ...


@dataclass(frozen=True)
class Wardrobe:
    """What is worn in a run: the adapters, in the order they were asked for, the bytes of their files, and what is
    worth saying about them."""

    adapters: tuple[Adapter, ...] = ()
    bytes: int = 0
    notes: tuple[str, ...] = ()


def check_weights(request: Request) -> None:
    """Raises HangaError request.lora_weight."""
    for lora in request.loras:
        if not -MOST_WEIGHT <= lora.weight <= MOST_WEIGHT:
            raise HangaError("request.lora_weight", name=lora.name, value=f"{lora.weight:g}", most=MOST_WEIGHT)


def wardrobe(request: Request, folder: LoraFolder, wearers: Mapping[str, Wearer], model: str) -> Wardrobe:
    """The LoRAs of `request` on models by role, of which the base is called `model`.

    A LoRA acts on the base, and on a refiner only if that has a place of the right shape for all that it changes.
    Raises HangaError file.* for files that cannot act on anything here.
    """
    found = [_Found.of(lora, folder, wearers, model) for lora in request.loras]
    adapters = tuple(one.adapter(folder) for one in found)
    return Wardrobe(adapters, sum(one.file.header.size for one in found), tuple(_notes(adapters, found, wearers)))


@dataclass(frozen=True)
class _Found:
    lora: Lora
    path: Path
    file: AdapterFile
    fits: Mapping[str, Fit]
    """By the roles on which it acts."""

    @classmethod
    def of(cls, lora: Lora, folder: LoraFolder, wearers: Mapping[str, Wearer], model: str) -> _Found:
        path = folder.find_lora(lora.name)
        file = read_adapter(path)
        fits = {role: found for role, wearer in wearers.items() if (found := _whole(file, wearer)) is not None}
        if not fits:
            fits = {BASE: fit(file, wearers[BASE], model)}
        return cls(lora, path, file, fits)

    def adapter(self, folder: LoraFolder) -> Adapter:
        digest = self.file.stated_hash or folder.payload_hash(self.path, self.file.payload_start)[:HASH_DIGITS]
        model = folder.identify(self.path)
        return Adapter(model=model, weight=self.lora.weight, roles=tuple(self.fits), hash=digest)


def _whole(file: AdapterFile, wearer: Wearer) -> Fit | None:
    """How the file acts on a model that it is plainly meant for."""
    try:
        found = fit(file, wearer, "")
    except HangaError:
        return None
    return found if found.is_whole else None


def _notes(adapters: tuple[Adapter, ...], found: list[_Found], wearers: Mapping[str, Wearer]) -> Iterator[str]:
    if len({adapter.model.sha256 for adapter in adapters}) < len(adapters):
        yield "note.lora_twice"
    if any(way.unmatched for one in found for way in one.fits.values()):
        yield "note.lora_partly"
    if REFINER in wearers and any(REFINER not in adapter.roles for adapter in adapters):
        yield "note.lora_not_on_refiner"
