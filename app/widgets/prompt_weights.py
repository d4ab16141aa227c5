"""The syntax of prompts, as far as an editor must know it: what to colour, and how a weight is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LORA, WILDCARD, WEIGHT, BREAK = "lora", "wildcard", "weight", "break"

PARTS: Final = re.compile(
    r"(?P<lora><lora:[^<>\n]{1,200}>)"
    r"|(?P<wildcard>(?<!\\)__[^\W_][\w/\-. ]{0,79}?__)"
    r"|(?P<weight>(?<!\\)\((?:\\.|[^()\\])*:\s*\d+(?:\.\d+)?\s*\)|(?<!\\)\((?:\\.|[^()\\\n]){1,400}\))"
    r"|(?P<break>\bBREAK\b)"
)
CHOICE: Final = re.compile(r"(?<!\\)__[^\W_][\w/\-. ]{0,79}?__|(?<!\\)\{[^{}\n]{0,400}\|[^{}\n]{0,400}\}")
"""What is drawn: a line of a list, or one of several things in braces."""
WEIGHTED: Final = re.compile(r"\(((?:\\.|[^()\\])*):\s*(\d+(?:\.\d+)?)\s*\)")
LORA_WEIGHT: Final = re.compile(r"<lora:([^<>:]+)(?::(-?\d+(?:\.\d+)?))?>")

STEP: Final = 0.1
LEAST, MOST = 0.0, 2.0


@dataclass(frozen=True)
class Part:
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Edit:
    """`text[start:end]` becomes `new`; afterwards `new[selected]` is selected."""

    start: int
    end: int
    new: str
    selected: slice


def parts(text: str) -> Iterator[Part]:
    for match in PARTS.finditer(text):
        yield Part(match.lastgroup or "", match.start(), match.end())


def choices(text: str) -> Iterator[Part]:
    """Also those that lie within other parts; of choices within choices, the innermost."""
    for match in CHOICE.finditer(text):
        yield Part(WILDCARD, match.start(), match.end())


def reweigh(text: str, start: int, end: int, by: float) -> Edit | None:
    """The edit that makes what is selected (or the word at the cursor) count more or less by `by`; None for nothing
    to weigh. A weight of 1 is not written."""
    lora = _around(LORA_WEIGHT, text, start, end)
    if lora is not None:
        weight = _moved(float(lora[2] or 1), by)
        new = f"<lora:{lora[1]}:{weight:g}>"
        return Edit(lora.start(), lora.end(), new, slice(0, len(new)))
    weighted = _around(WEIGHTED, text, start, end)
    if weighted is not None:
        return _weighed(weighted.start(), weighted.end(), weighted[1], _moved(float(weighted[2]), by))
    start, end = _words(text, start, end)
    if start == end:
        return None
    return _weighed(start, end, text[start:end], _moved(1.0, by))


def _weighed(start: int, end: int, words: str, weight: float) -> Edit:
    if weight == 1:
        return Edit(start, end, words, slice(0, len(words)))
    return Edit(start, end, f"({words}:{weight:g})", slice(1, 1 + len(words)))


def _moved(weight: float, by: float) -> float:
    return round(min(max(weight + by, LEAST), MOST), 2)


def _around(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    """The match that holds the selection."""
    return next((match for match in pattern.finditer(text) if match.start() <= start and end <= match.end()), None)


def _words(text: str, start: int, end: int) -> tuple[int, int]:
    """The selection without the spaces at its ends; without a selection, the word that the cursor is at."""
    if start == end:
        left, right = re.search(r"[\w'-]*$", text[:start]), re.match(r"[\w'-]*", text[end:])
        return start - len(left[0] if left else ""), end + len(right[0] if right else "")
    chosen = text[start:end]
    if chosen.isspace():
        return start, start
    return start + len(chosen) - len(chosen.lstrip()), end - (len(chosen) - len(chosen.rstrip()))
