"""Facts for people: what `--json` prints as an object, in lines of "name: value"."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.machine import GIGABYTE

SIZES: Final = ("bytes", "free_bytes", "memory")
"""Names of what is counted in bytes."""
MEGABYTE: Final = GIGABYTE >> 10
INDENT: Final = "  "


def tell(facts: Mapping[str, Any]) -> str:
    """What has parts has them below its name, indented; what is empty is left out."""
    return "\n".join(_lines(facts))


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _below(name, _lines(value))
        elif isinstance(value, Sequence) and value and isinstance(value[0], Mapping):
            for part in value:
                yield from _below(name, _lines(part))
        elif isinstance(value, str) and "\n" in value:
            yield from _below(name, value.splitlines())
        elif value is not None and value != [] and value != "":
            yield f"{name}: {_size(value) if name in SIZES else _plain(value)}"


def _below(name: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield f"{name}:"
    yield from (f"{INDENT}{line}" for line in lines)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(map(_plain, value))
    return json.dumps(value, ensure_ascii=False)


def _size(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE else f"{count / MEGABYTE:.1f} MB"
