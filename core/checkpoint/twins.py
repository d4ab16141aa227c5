"""Whether two files hold the same network, so that it is read and moved once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.checkpoint.part import Part, Stored

SLICE_BYTES: Final = 64 << 10
"""Compared of each tensor. Training moves all numbers of a matrix at once, so one that was trained differs here."""
WHOLE: Final = "embedding"
"""In the names of tensors that are compared to the end: training moves but the rows of the words that it reads."""

Key = tuple[Path, int, int]
Span = tuple[int, int, int]
"""First byte in one file and in the other, and how many bytes from there."""


def are_twins(one: Part[Any], other: Part[Any]) -> bool:
    """Whether every tensor has the same name, type and shape in both, and the same numbers as far as is looked.

    An answer holds as long as the files' sizes and times of change do. What cannot be read, or lies in several files,
    is no twin.
    """
    if any(len({item.header.path for item in part.stored}) > 1 for part in (one, other)):
        return False
    here, there = _by_place(one), _by_place(other)
    if one.config != other.config or here.keys() != there.keys():
        return False
    if any(here[place].info.dtype != there[place].info.dtype for place in here):
        return False
    spans = tuple(_span(here[place], there[place]) for place in here)
    return one.stored[0].header.path == other.stored[0].header.path or _same(_key(one), _key(other), spans)


def _by_place(part: Part[Any]) -> dict[tuple[object, ...], Stored]:
    return {(item.place, item.info.shape): item for item in part.stored}


def _span(one: Stored, other: Stored) -> Span:
    most = one.info.bytes if WHOLE in one.place.name else min(one.info.bytes, SLICE_BYTES)
    return one.info.start, other.info.start, most


def _key(part: Part[Any]) -> Key:
    header = part.stored[0].header
    return header.path, header.size, header.mtime_ns


@lru_cache(maxsize=8)
def _same(one: Key, other: Key, spans: tuple[Span, ...]) -> bool:
    try:
        with one[0].open("rb") as first, other[0].open("rb") as second:
            return all(_read(first, here, count) == _read(second, there, count) for here, there, count in spans)
    except OSError:
        return False


def _read(file: BinaryIO, start: int, count: int) -> bytes:
    file.seek(start)
    return file.read(count)
