"""What torch has to know of its process before it is imported: how threads wait, and on what pages memory lies.

Left to itself OpenMP has threads wait for each other awake, because the next piece of work may come within
microseconds. Where something else computes at the same time, one of them has no processor, and the others burn theirs
until it gets one back: a picture then takes many times as long, and so does what the other program does. Asleep they
make room for each other.

Memory that is new costs an interruption for every page that is touched for the first time, which is half of what it
takes to fill a network with weights. On Linux, large pieces can lie on pages of 2 MB instead of 4 kB.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WANTED: Final = {"OMP_WAIT_POLICY": "PASSIVE", "THP_MEM_ALLOC_ENABLE": "1"}


def for_torch(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that imports torch, which reads it once. What somebody has set there, holds."""
    return {**WANTED, **environment}
