"""The header of a safetensors file, read by ourselves and within limits before any library sees the file.

Format: 8 bytes little-endian length n, n bytes of JSON `{name: {dtype, shape, data_offsets}, "__metadata__": {…}}`,
then the tensors' bytes without gaps. Everything that does not fit that to the byte is refused.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final, NoReturn

from core.checkpoint.sniff import PICKLE_SUFFIXES, recognise_content
from core.errors import HangaError

Shape = tuple[int, ...]
Progress = Callable[[int, int], None]
"""Called now and then with bytes done and bytes to do. May raise, to stop what it watches."""

MAX_HEADER_BYTES: Final = 8 << 20
MAX_TENSORS: Final = 20_000
MAX_NAME_BYTES: Final = 512
MAX_RANK: Final = 8
MAX_AXIS: Final = 1 << 40
LENGTH_BYTES: Final = 8
SNIFFED_BYTES: Final = 512

ITEM_BYTES: Final[Mapping[str, int]] = MappingProxyType(
    {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2}
    | {"I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8}
)
"""Bytes of one item for every dtype that may occur in a file."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor on disk. `start` and `end` count from the first byte of the file."""

    dtype: str
    shape: Shape
    start: int
    end: int

    @property
    def bytes(self) -> int:
        return self.end - self.start

    @property
    def items(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Header:
    """What a file says it holds. `size` and `mtime_ns` tell a reader later whether it is still the same file."""

    path: Path
    size: int
    mtime_ns: int
    tensors: Mapping[str, TensorInfo]
    metadata: Mapping[str, str]


def read_header(path: Path) -> Header:
    """Read and check the header of the safetensors file at `path`.

    Raises HangaError `file.*` for everything that is not a whole, well-formed safetensors file; never anything else.
    """
    status = regular_file(path)
    if path.suffix.lower() in PICKLE_SUFFIXES:
        raise HangaError("file.pickle", name=path.name)
    try:
        with path.open("rb") as file:
            text = _header_text(file, path.name, status.st_size)
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error
    tensors, metadata = _parse(text, path.name)
    _check_extent(tensors, LENGTH_BYTES + len(text), status.st_size, path.name)
    return Header(path, status.st_size, status.st_mtime_ns, MappingProxyType(tensors), MappingProxyType(metadata))


def regular_file(path: Path) -> os.stat_result:
    """The status of the ordinary, non-empty file at `path`; HangaError for anything else."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise HangaError("file.missing", name=path.name) from error
    except (OSError, ValueError) as error:
        raise HangaError("file.unreadable", name=path.name, reason=str(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise HangaError("file.not_a_file", name=path.name)
    if status.st_size == 0:
        raise HangaError("file.empty", name=path.name)
    return status


def _header_text(file: BinaryIO, name: str, size: int) -> bytes:
    first = file.read(SNIFFED_BYTES)
    if code := recognise_content(first):
        raise HangaError(code, name=name)
    length = int.from_bytes(first[:LENGTH_BYTES], "little")
    if first[LENGTH_BYTES : LENGTH_BYTES + 1] != b"{":
        raise HangaError("file.not_safetensors", name=name)
    if size < LENGTH_BYTES + length:
        raise HangaError("file.truncated", name=name, have=size, want=LENGTH_BYTES + length)
    if length > MAX_HEADER_BYTES:
        raise HangaError("file.too_complex", name=name, detail=f"header of {length} bytes")
    file.seek(LENGTH_BYTES)
    text = file.read(length)
    if len(text) != length:
        raise HangaError("file.truncated", name=name, have=LENGTH_BYTES + len(text), want=LENGTH_BYTES + length)
    return text


def _parse(text: bytes, name: str) -> tuple[dict[str, TensorInfo], dict[str, str]]:
    try:
        if text.count(b'"data_offsets"') > MAX_TENSORS:
            raise _TooComplexError("too many tensors")
        entries = json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse)
        metadata = _metadata(entries.pop("__metadata__", {}))
        if len(entries) > MAX_TENSORS:
            raise _TooComplexError("too many tensors")
        start = LENGTH_BYTES + len(text)
        return {key: _tensor(key, entry, start) for key, entry in entries.items()}, metadata
    except _TooComplexError as error:
        raise HangaError("file.too_complex", name=name, detail=str(error)) from error
    except (ValueError, RecursionError) as error:
        raise HangaError("file.damaged", name=name, detail=str(error)[:200]) from error


class _TooComplexError(Exception):
    """A header beyond our limits."""


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a name occurs twice")
    return entries


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number of JSON")


def _metadata(entry: object) -> dict[str, str]:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise ValueError("metadata is not text")
    return entry


def _tensor(name: str, entry: object, data_start: int) -> TensorInfo:
    _check_name(name)
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"entry {name} is not a tensor")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in ITEM_BYTES:
        raise ValueError(f"{name} has an unknown type")
    if not _is_sizes(shape) or not _is_sizes(offsets) or len(offsets) != 2:
        raise ValueError(f"{name} has an impossible shape or place")
    if len(shape) > MAX_RANK or any(axis > MAX_AXIS for axis in shape):
        raise _TooComplexError(f"{name} has an impossible shape")
    if math.prod(shape) * ITEM_BYTES[dtype] != offsets[1] - offsets[0]:
        raise ValueError(f"{name} has a shape that does not fit its bytes")
    return TensorInfo(dtype, tuple(shape), data_start + offsets[0], data_start + offsets[1])


def _check_name(name: str) -> None:
    if not name or not name.isprintable():
        raise ValueError("a name has characters that cannot be shown")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise _TooComplexError("a name is too long")


def _is_sizes(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _check_extent(tensors: Mapping[str, TensorInfo], data_start: int, size: int, name: str) -> None:
    """The tensors lie one behind the other from the header's end to the file's end: no gap, no overlap."""
    position = data_start
    for info in sorted(tensors.values(), key=lambda info: (info.start, info.end)):
        if info.start != position:
            raise HangaError("file.damaged", name=name, detail="tensors overlap or leave a gap")
        position = info.end
    if size < position:
        raise HangaError("file.truncated", name=name, have=size, want=position)
    if size > position:
        raise HangaError("file.trailing", name=name, have=size, want=position)
