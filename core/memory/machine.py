"""Finding out what there is to compute with."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from typing import Final

import psutil
import torch

from core.machine import CPU, Device, Machine

logger = logging.getLogger(__name__)

NOTE_UNUSABLE: Final = "note.card_unusable"


def this_machine(memory_limit: int | None = None) -> Machine:
    """The machine this runs on; `memory_limit` in bytes caps the graphics memory that may be used."""
    memory = psutil.virtual_memory().total
    cards, complaints = _cards()
    devices = (*cards, *_apple_devices(memory), _processor(memory))
    notes = (NOTE_UNUSABLE,) if complaints and not cards else ()
    return Machine(devices=devices, memory=memory, memory_limit=memory_limit, notes=notes)


def _cards() -> tuple[list[Device], list[str]]:
    """Those that can be used, and what torch complains of. It warns of a driver that is too old when it is asked, or
    raises an error at the driver's first use."""
    cards: list[Device] = []
    complaints: list[str] = []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            cards.extend(_cuda_devices())
        except RuntimeError as error:
            complaints.append(str(error))
    complaints.extend(str(each.message) for each in said)
    for complaint in complaints:
        logger.warning("%s", complaint)
    return cards, complaints


def _cuda_devices() -> Iterator[Device]:
    if not torch.cuda.is_available():
        return
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        yield Device(kind="cuda", index=index, name=properties.name, memory=properties.total_memory, bfloat16=native)


def _apple_devices(memory: int) -> Iterator[Device]:
    if torch.backends.mps.is_available():
        yield Device(kind="mps", name="Apple", memory=memory, bfloat16=True)


def _processor(memory: int) -> Device:
    capabilities = torch.cpu.get_capabilities()
    native = bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"))
    return Device(kind=CPU, name=torch.backends.cpu.get_cpu_capability(), memory=memory, bfloat16=native)
