"""Safetensors files made byte by byte, so that they can also be wrong."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.checkpoint.header import ITEM_BYTES, Shape


def entries(tensors: Iterable[tuple[str, Shape]], dtype: str = "F16") -> dict[str, dict[str, Any]]:
    """Header entries for tensors one behind the other."""
    found: dict[str, dict[str, Any]] = {}
    end = 0
    for name, shape in tensors:
        start, end = end, end + math.prod(shape) * ITEM_BYTES[dtype]
        found[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    return found


def write_header(path: Path, header: Mapping[str, object] | bytes, data_bytes: int) -> Path:
    """A file with this header and `data_bytes` zeros, which take no room on disk."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    with path.open("r+b") as file:
        file.truncate(8 + len(text) + data_bytes)
    return path


def write_sparse(path: Path, tensors: Iterable[tuple[str, Shape]], metadata: Mapping[str, str] | None = None) -> Path:
    """A whole file of zeros with these tensors in half precision."""
    header = entries(tensors)
    size = max((entry["data_offsets"][1] for entry in header.values()), default=0)
    return write_header(path, header | ({"__metadata__": dict(metadata)} if metadata else {}), size)
