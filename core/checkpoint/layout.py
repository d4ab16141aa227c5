"""Which networks lie in a file or folder, under which names, and in whose spelling.

A published single file holds `model.diffusion_model.…`, `first_stage_model.…` and `conditioner.embedders.N.…`; a
diffusers folder has one sub-folder for each network; a file may also hold one network alone, with or without prefix.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from core.checkpoint.sniff import PICKLE_SUFFIXES
from core.errors import HangaError

Network = Literal["unet", "vae", "clip_l", "big_g"]
Spelling = Literal["published", "diffusers"]

FOLDERS: Final[Mapping[str, Network]] = {
    "unet": "unet",
    "vae": "vae",
    "text_encoder": "clip_l",
    "text_encoder_2": "big_g",
}

PREFIXES: Final[tuple[tuple[re.Pattern[str], Network], ...]] = (
    (re.compile(r"(?:model\.)?diffusion_model\."), "unet"),
    (re.compile(r"(?:first_stage_model|vae)\."), "vae"),
    (re.compile(r"conditioner\.embedders\.\d\.(?=transformer\.)"), "clip_l"),
    (re.compile(r"conditioner\.embedders\.\d\.(?=model\.)"), "big_g"),
)

BARE: Final[Mapping[str, Network]] = {
    "input_blocks.0.0.weight": "unet",
    "up_blocks.0.resnets.0.conv1.weight": "unet",
    "encoder.down.0.block.0.conv1.weight": "vae",
    "encoder.down_blocks.0.resnets.0.conv1.weight": "vae",
}
"""Names that only one network has, when a file holds that network without a prefix."""

DIFFUSERS_MARKS: Final = frozenset(
    {
        "down_blocks.0.resnets.0.conv1.weight",
        "encoder.down_blocks.0.resnets.0.conv1.weight",
        "decoder.up_blocks.0.resnets.0.conv1.weight",
    }
)


@dataclass
class Region:
    """The tensors of one network: relative name → name in the file."""

    network: Network
    prefix: str
    names: dict[str, str] = field(default_factory=dict)

    @property
    def spelling(self) -> Spelling:
        return "published" if DIFFUSERS_MARKS.isdisjoint(self.names) else "diffusers"


def split(names: Collection[str]) -> tuple[list[Region], list[str]]:
    """The networks in one file with these tensor names, and the names that belong to none."""
    for mark, network in BARE.items():
        if mark in names:
            return [Region(network, "", {name: name for name in names})], []
    regions: dict[Network, Region] = {}
    rest = [name for name in names if not _take(name, regions)]
    return list(regions.values()), rest


def _take(name: str, regions: dict[Network, Region]) -> bool:
    """Put `name` into its region; false if it has none. Of two equal networks the first counts."""
    for pattern, network in PREFIXES:
        if match := pattern.match(name):
            region = regions.setdefault(network, Region(network, match.group()))
            if region.prefix == match.group():
                region.names[name[match.end() :]] = name
                return True
    return False


# -------------------------------------------------------------------------------------------------------------- folders

WEIGHTS: Final = ("diffusion_pytorch_model", "model")
SHARD: Final = re.compile(r"-(\d{5})-of-(\d{5})$")


def network_folders(folder: Path) -> dict[Network, Path]:
    """The sub-folders of a diffusers pipeline that hold networks. HangaError if it is no such folder."""
    found = {network: folder / name for name, network in FOLDERS.items() if (folder / name).is_dir()}
    if not found:
        raise HangaError("file.not_a_model_folder", name=folder.name)
    return found


def is_model_folder(folder: Path) -> bool:
    """Whether a folder looks like a diffusers pipeline, by the names in it alone: not one in which other
    programs keep models of many kinds in folders called unet and vae."""
    return any((folder / name / "config.json").is_file() for name in FOLDERS)


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of one network: whole before sharded, full precision before its fp16 variant.

    Shards are found by their numbers; no name written in an index is opened. HangaError if there are none, or not all.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix == ".safetensors")
    others = any(path.suffix in PICKLE_SUFFIXES for path in folder.iterdir())
    for stem in (f"{base}{variant}" for variant in ("", ".fp16") for base in WEIGHTS):
        if chosen := _whole(files, stem) or _shards(files, stem, folder):
            return chosen
    if others and not files:
        raise HangaError("file.pickle", name=folder.name)
    if len(files) != 1:
        raise HangaError("file.no_weights", name=folder.name)
    return files


def _whole(files: Iterable[Path], stem: str) -> list[Path]:
    return [path for path in files if path.stem == stem]


def _shards(files: Iterable[Path], stem: str, folder: Path) -> list[Path]:
    marked = {path: match for path in files if (match := SHARD.search(path.stem))}
    shards = [path for path, match in marked.items() if path.stem[: match.start()] == stem]
    if shards and len(shards) != int(marked[shards[0]].group(2)):
        total = int(marked[shards[0]].group(2))
        raise HangaError("file.missing_shards", name=folder.name, have=len(shards), want=total)
    return shards
