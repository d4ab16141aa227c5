"""Emphasis in prompts: which words of a prompt weigh how much.

The notation that artists know from other programs, with every ambiguous case decided:

* `(x)` weighs x by 1.1, `[x]` by 1/1.1, `(x:1.3)` by 1.3; nested weights multiply.
* `\\(` `\\)` `\\[` `\\]` `\\\\` are the plain characters; any other backslash is itself.
* `BREAK`, as a word in capitals, starts a new window of tokens, also inside brackets; the weight goes on.
* Brackets that do not pair up are plain text. A closing bracket pairs with the nearest open one of its kind; other
  brackets left open between the two are plain text: `(a [b)` weighs `a [b` by 1.1.
* Of brackets nested deeper than `MAX_DEPTH`, the outermost are plain text.
* `:` counts only directly before the number of a round bracket. `(a:b)` and `[a:1.3]` contain plain colons, and
  scheduling (`[a:b:0.5]`) has no meaning here. A number is `1`, `1.5`, `.5` or `-0.5`, nothing else.
* A bracket separates words: `(red)(blue)` is two words. Weights are kept within ±`MAX_WEIGHT`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

ROUND = 1.1
"""What `(x)` multiplies by."""

SQUARE = 1 / ROUND
"""What `[x]` multiplies by."""

MAX_DEPTH = 64
MAX_WEIGHT = 100.0

_TOKEN = re.compile(
    r"""
      \\(?P<escaped>[()\[\]\\])
    | (?P<open>[(\[])
    | (?P<close>(?::\s*(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))\s*)?\)|\])
    | (?P<cut>\bBREAK\b)
    | (?P<text>[^\\()\[\]:B]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of prompt whose words all weigh the same."""

    text: str
    weight: float = 1.0


def parse(prompt: str) -> tuple[tuple[Span, ...], ...]:
    """The spans of each section of `prompt`; `BREAK` separates sections. Any text parses, in linear time.

    There is always at least one section; a section without words has no spans.
    """
    tokens = list(_TOKEN.finditer(prompt))
    factors = _pair_brackets(tokens)
    sections: list[list[Span]] = [[]]
    for span in _spans(tokens, factors):
        if span is None:
            sections.append([])
        else:
            sections[-1].append(span)
    return tuple(tuple(section) for section in sections)


def _pair_brackets(tokens: list[re.Match[str]]) -> dict[int, float | None]:
    """Token index of each bracket that has a partner → its factor where it opens, None where it closes."""
    factors: dict[int, float | None] = {}
    waiting: deque[tuple[int, str]] = deque(maxlen=MAX_DEPTH)
    for index, token in enumerate(tokens):
        if token["open"]:
            waiting.append((index, token["open"]))
        elif token["close"]:
            opening = _take_partner(waiting, "[" if token["close"] == "]" else "(")
            if opening is not None:
                factors[opening] = _factor(token)
                factors[index] = None
    return factors


def _take_partner(waiting: deque[tuple[int, str]], kind: str) -> int | None:
    """Remove the nearest open bracket of this kind, and with it what was opened after it and never closed."""
    if all(bracket != kind for _, bracket in waiting):
        return None
    index, bracket = waiting.pop()
    while bracket != kind:
        index, bracket = waiting.pop()
    return index


def _factor(closing: re.Match[str]) -> float:
    if closing["number"]:
        return _bounded(float(closing["number"]))
    return SQUARE if closing["close"] == "]" else ROUND


def _bounded(weight: float) -> float:
    return max(-MAX_WEIGHT, min(MAX_WEIGHT, weight))


def _spans(tokens: list[re.Match[str]], factors: dict[int, float | None]) -> Iterator[Span | None]:
    """The spans in reading order; None stands for `BREAK`."""
    weights = [1.0]
    text: list[str] = []
    for index, token in enumerate(tokens):
        paired = index in factors
        if not paired and not token["cut"]:
            text.append(token["escaped"] or token[0])
            continue
        if text:
            yield Span("".join(text), weights[-1])
            text = []
        if token["cut"]:
            yield None
        elif (factor := factors[index]) is not None:
            weights.append(_bounded(weights[-1] * factor))
        else:
            weights.pop()
    if text:
        yield Span("".join(text), weights[-1])
