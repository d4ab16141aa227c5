"""A machine described in words, so that a plan can be made for one that is not here: `vram=8GB,ram=16GB,cuda`."""

from __future__ import annotations

import math
import re
from typing import Final

from core.cli.values import Kind
from core.machine import CPU, Device, Machine

UNITS: Final = {"GB": 1 << 30, "MB": 1 << 20}
KINDS: Final = ("cuda", "xpu", "mps", CPU)
NATIVE: Final = {"bf16": True, "no-bf16": False}
LARGEST: Final = 1 << 50


def described(text: str) -> Machine:
    """`ram=…` and a kind of device, with `vram=…` where it has memory of its own; `bf16` and `no-bf16` say whether it
    computes bfloat16 itself, which graphics devices are taken to. ValueError for anything else."""
    sizes: dict[str, int] = {}
    words: list[str] = []
    for part in text.lower().split(","):
        name, equals, value = part.strip().partition("=")
        if (name if equals else "") in sizes or name in words:
            raise ValueError(text)
        if equals:
            sizes[name] = _size(value)
        else:
            words.append(name)
    return _machine(sizes, words)


def _machine(sizes: dict[str, int], words: list[str]) -> Machine:
    kinds = [word for word in words if word in KINDS]
    native = [NATIVE[word] for word in words if word in NATIVE]
    if len(kinds) != 1 or len(native) > 1 or len(kinds) + len(native) != len(words):
        raise ValueError(words)
    kind, own = kinds[0], {"vram"} if kinds[0] in ("cuda", "xpu") else set()
    if sizes.keys() != {"ram"} | own:
        raise ValueError(sizes)
    processor = Device(kind=CPU, memory=sizes["ram"], bfloat16=kind == CPU and native == [True])
    if kind == CPU:
        return Machine(devices=(processor,), memory=sizes["ram"])
    card = Device(kind=kind, memory=sizes.get("vram", sizes["ram"]), bfloat16=native != [False])
    return Machine(devices=(card, processor), memory=sizes["ram"])


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*(gb|mb)?", text.strip())
    size = math.floor(float(match[1]) * UNITS[(match[2] or "gb").upper()]) if match else 0
    if not 0 < size <= LARGEST:
        raise ValueError(text)
    return size


MACHINE: Final = Kind(described, "vram=8GB,ram=16GB,cuda", "vram=8GB,ram=16GB,cuda")
