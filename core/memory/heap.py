"""Memory of the host that the process has freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Have the allocator keep nothing in store: after passes for a large picture, it would be hundreds of megabytes.
    Takes milliseconds; where the C library cannot be told, nothing happens."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    """`malloc_trim` of the GNU C library (its manual, section 3.2.3); None elsewhere."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
