"""An adapter's file, read as far as its header and its alphas: which modules it changes and with what."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.checkpoint.foreign import foreign_code
from core.checkpoint.header import Header, Shape, TensorInfo, read_header
from core.errors import HangaError
from core.patches.spelling import Role, read_name

LORA: Final = "file.is_lora"
HASH_KEY: Final = "sshs_model_hash"
HASH_DIGITS: Final = 12
"""Leading hex digits by which other programs' pictures name a LoRA."""

PEFT_KEY: Final = "lora_adapter_metadata"
"""Where diffusers writes what PEFT was told, alphas among it, as JSON."""

FORMATS: Final[Mapping[str, str]] = {"F16": "<e", "F32": "<f", "F64": "<d", "I32": "<i", "I64": "<q"}


@dataclass(frozen=True)
class Module:
    """What the file has for one module, called `name` there: its tensors by role."""

    name: str
    tensors: dict[Role, str] = field(default_factory=dict)

    @property
    def acts(self) -> bool:
        return not self.tensors.keys() <= {"alpha", "dora_scale", "magnitude"}


@dataclass(frozen=True)
class AdapterFile:
    """`rest` are tensors without a role that we know."""

    header: Header
    modules: tuple[Module, ...]
    rest: tuple[str, ...]
    alphas: Mapping[str, float]
    """By the name of the tensor."""

    @property
    def name(self) -> str:
        return self.header.path.name

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        return {name: info.shape for name, info in self.header.tensors.items()}

    @property
    def payload_start(self) -> int:
        """Where the tensors begin. What follows does not change when somebody edits the metadata."""
        return min(info.start for info in self.header.tensors.values())

    @property
    def stated_hash(self) -> str | None:
        """The hash that its trainer wrote into it, shortened."""
        stated = self.header.metadata.get(HASH_KEY, "")
        return stated[:HASH_DIGITS] if re.fullmatch(r"[0-9a-f]{12,64}", stated) else None

    @cached_property
    def peft(self) -> Mapping[str, Any]:
        """What diffusers noted of PEFT's settings, flat: `unet.lora_alpha` and the like. Nothing if it is not JSON."""
        try:
            noted = json.loads(self.header.metadata.get(PEFT_KEY, "{}"))
        except (ValueError, RecursionError):
            return {}
        return noted if isinstance(noted, dict) else {}


def read_adapter(path: Path) -> AdapterFile:
    """Raises HangaError: file.not_a_lora, file.is_… where it is something else that we know, file.lora_kind for the
    members of the family that cannot be applied, and what reading a header raises."""
    header = read_header(path)
    modules, rest = _sorted(header.tensors)
    if not modules:
        code = foreign_code(header.tensors.keys()) or "file.not_a_lora"
        if code == LORA:
            raise HangaError("file.lora_kind", name=path.name, first=rest[0])
        raise HangaError(code, name=path.name)
    alphas = {module.tensors["alpha"] for module in modules if "alpha" in module.tensors}
    return AdapterFile(header, modules, rest, dict(_scalars(header, alphas)))


def _sorted(names: Iterable[str]) -> tuple[tuple[Module, ...], tuple[str, ...]]:
    """Modules with something that acts; everything else is the rest."""
    modules: dict[str, Module] = {}
    rest = []
    for name in names:
        if (known := read_name(name)) is None:
            rest.append(name)
        else:
            module, role = known
            modules.setdefault(module, Module(module)).tensors[role] = name
    rest += [name for module in modules.values() if not module.acts for name in module.tensors.values()]
    return tuple(module for module in modules.values() if module.acts), tuple(rest)


def _scalars(header: Header, names: Iterable[str]) -> Iterator[tuple[str, float]]:
    """The numbers that single-item tensors hold. NaN stands in for one that is no single number."""
    ordered = sorted(names, key=lambda name: header.tensors[name].start)
    try:
        with header.path.open("rb") as file:
            for name in ordered:
                yield name, _scalar(file, header.tensors[name], header.path.name)
    except OSError as error:
        raise HangaError("file.unreadable", name=header.path.name, reason=error.strerror or str(error)) from error


def _scalar(file: BinaryIO, info: TensorInfo, name: str) -> float:
    if info.items != 1 or (info.dtype not in FORMATS and info.dtype != "BF16"):
        return float("nan")
    file.seek(info.start)
    data = file.read(info.bytes)
    if len(data) != info.bytes:
        raise HangaError("file.changed", name=name)
    # The upper half of a float32 is a bfloat16.
    (value,) = struct.unpack("<f", b"\0\0" + data) if info.dtype == "BF16" else struct.unpack(FORMATS[info.dtype], data)
    return float(value)
