"""Values that anybody may have written, read without trust: a number, a short text, a name, or nothing."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

from core.errors import Datum

LONGEST_NUMBER: Final = 40
LONGEST_TOLD: Final = 200
LONGEST_NAME: Final = 200
MODEL_SUFFIXES: Final = (".safetensors", ".ckpt", ".sft", ".pt", ".pth", ".bin", ".gguf")

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def real(value: object) -> float | None:
    """A finite number, from one or from its spelling."""
    if isinstance(value, str):
        text = value.strip()[: LONGEST_NUMBER + 1]
        value = float(text) if len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def whole(value: object) -> int | None:
    """A whole number, from one, its spelling, or a number that happens to be whole."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,40}\s*", value[: LONGEST_NUMBER + 9]):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = real(value)
    return None if number is None or number != round(number) else round(number)


def flag(value: object) -> bool:
    """Whether something is switched on, however that is spelled."""
    return value.strip().lower() in ("true", "1", "yes", "on") if isinstance(value, str) else bool(value)


def string(value: object) -> str:
    """A text, empty for whatever is none."""
    return value if isinstance(value, str) else ""


def told(value: object) -> Datum:
    """A value as people may be shown it: short, on one line, nothing that hides or turns other text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if abs(value) < 1e18 else f"{float(value):.3e}"
    text = value if isinstance(value, str) else str(value) if isinstance(value, bool) else "…"
    seen = "".join(" " if unicodedata.category(mark) in _UNSEEN else mark for mark in text[:LONGEST_TOLD])
    return seen if len(text) <= LONGEST_TOLD else f"{seen}…"


def model_name(value: object) -> str | None:
    """The plain name of a model: without folders, drives, servers and suffix, so that it leads nowhere by itself."""
    last = re.split(r"[/\\:]", string(value)[-4096:])[-1]
    seen = "".join(mark for mark in last if unicodedata.category(mark) not in _UNSEEN).strip()
    for suffix in MODEL_SUFFIXES:
        seen = seen[: -len(suffix)] if seen.lower().endswith(suffix) else seen
    return seen.strip(". ").lstrip("~.")[:LONGEST_NAME] or None


def hash_of(value: object) -> str:
    """A hash in hexadecimal digits, as programs write it, or nothing."""
    found = re.fullmatch(r"(?:[A-Za-z0-9]{1,10}:)?(?:0x)?([0-9a-fA-F]{8,64})", string(value)[:100].strip())
    return found[1].lower() if found else ""
