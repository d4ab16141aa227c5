"""JSON that anybody may have written: bounded in depth and length, and forgiving where programs are known to err."""

from __future__ import annotations

import json
import re
from typing import Any, Final

MOST_DEPTH: Final = 64
MOST_LENGTH: Final = 4 << 20
LONGEST_NUMBER: Final = 300
HUGE: Final = 10**LONGEST_NUMBER
_MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)


def members(text: object) -> dict[str, Any]:
    """The object that `text` is, empty if it is none. NaN and infinities, which some programs write, become None; so do
    numbers too long to mean anything."""
    if not isinstance(text, str) or len(text) > MOST_LENGTH or not text.lstrip().startswith("{") or _too_deep(text):
        return {}
    try:
        found = json.loads(text, parse_constant=lambda _: None, parse_int=_whole, parse_float=_real)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _too_deep(text: str) -> bool:
    if text.count("{") + text.count("[") <= MOST_DEPTH:
        return False
    depth = 0
    for mark in _MARKS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if depth > MOST_DEPTH:
            return True
    return False


def _whole(digits: str) -> int:
    """Very long numbers are merely very large: larger than anything that is accepted."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else (-HUGE if digits.startswith("-") else HUGE)


def _real(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) != float("inf") else None
