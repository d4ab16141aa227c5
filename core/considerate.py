"""How the threads of a computation wait for each other on a processor that other programs use as well.

Left to itself OpenMP has them wait awake, because the next piece of work may come within microseconds. Where something
else computes at the same time, one of them has no processor, and the others burn theirs until it gets one back: a
picture then takes many times as long, and so does what the other program does. Asleep they make room for each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WAITING: Final = {"OMP_WAIT_POLICY": "PASSIVE"}


def considerate(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that imports torch, which reads it once. What somebody has set there, holds."""
    return {**WAITING, **environment}
