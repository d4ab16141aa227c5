"""Emphasis in other programs' notations, written again in ours: (text:1.2). Linear in the prompt's length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.request import PROMPT_LIMIT

NOVELAI_FACTOR: Final = 1.05
INVOKE_UP: Final = 1.1
INVOKE_DOWN: Final = 0.9
MOST_DEPTH: Final = 64
LARGEST: Final = 100.0

_MARKS_OF_OURS: Final = re.compile(r"([()\[\]\\])")
_NOVELAI: Final = re.compile(
    r"(?<![\d.])(?P<number>-?(?:\d{1,4}(?:\.\d{0,6})?|\.\d{1,6}))::|(?P<end>::)|(?P<mark>[{}\[\]])"
    r"|(?P<text>[^{}\[\]:\d.\-]+|.)",
    re.DOTALL,
)
_INVOKE: Final = re.compile(
    r"\\(?P<escaped>.)|(?P<open>\()|(?P<close>\)(?P<factor>\++|-+|\d{1,4}(?:\.\d{0,6})?|\.\d{1,6})?)"
    r"|(?P<word>[^\s()\\,+]+)(?P<pluses>\++)?|(?P<text>.)",
    re.DOTALL,
)


def plain(text: str) -> str:
    """`text` with the marks of our notation escaped, so that it means itself."""
    return _MARKS_OF_OURS.sub(r"\\\1", text)


def weighed(text: str, weight: float) -> str:
    """Plain text that weighs `weight`."""
    if weight == 1.0 or not text.strip():
        return plain(text)
    return f"({plain(text)}:{max(-LARGEST, min(LARGEST, weight)):.4g})"


def without_square(prompt: object) -> object:
    """ComfyUI's notation is ours but for square brackets, which mean themselves there."""
    return re.sub(r"(?<!\\)([\[\]])", r"\\\1", prompt) if isinstance(prompt, str) else prompt


def from_novelai(prompt: object) -> object:
    """`{x}` weighs 1.05, `[x]` 1/1.05, `1.3::x::` 1.3; round brackets mean themselves. What is left open goes on to the
    end."""
    if not isinstance(prompt, str):
        return prompt
    return "".join(weighed(text, weight) for text, weight in _novelai_spans(prompt[: PROMPT_LIMIT + 1]))


def _novelai_spans(prompt: str) -> Iterator[tuple[str, float]]:
    level, number, text = 0, 1.0, list[str]()
    for token in _NOVELAI.finditer(prompt):
        if token["text"]:
            text.append(token["text"])
            continue
        yield "".join(text), number * NOVELAI_FACTOR**level
        text = []
        if token["mark"]:
            level = max(-MOST_DEPTH, min(MOST_DEPTH, level + (1 if token["mark"] in "{]" else -1)))
        else:
            number = float(token["number"] or 1)
    yield "".join(text), number * NOVELAI_FACTOR**level


def from_invoke(prompt: object) -> object:
    """`word+` weighs 1.1, `word--` 0.9², `(words)1.3` and `(words)++` alike; brackets without a weight mean nothing,
    those that never close mean themselves."""
    if not isinstance(prompt, str):
        return prompt
    groups: list[list[str]] = [[]]
    for token in _INVOKE.finditer(prompt[: PROMPT_LIMIT + 1]):
        if token["open"] and len(groups) < MOST_DEPTH:
            groups.append([])
        elif token["close"] and len(groups) > 1:
            inside, factor = "".join(groups.pop()), _invoke_factor(token["factor"])
            groups[-1].append(inside if factor == 1.0 else f"({inside}:{factor:.4g})")
        elif token["word"]:
            groups[-1].append(_invoke_word(token["word"], token["pluses"]))
        else:
            groups[-1].append(plain(token["escaped"] or token[0]))
    return "\\(".join("".join(parts) for parts in groups)


def _invoke_word(word: str, pluses: str | None) -> str:
    """Hyphens at the end of a word weigh it down; within it they are hyphens."""
    bare = word if pluses else word.rstrip("-")
    return weighed(bare, _invoke_factor(pluses or word[len(bare) :])) if bare else plain(word)


def _invoke_factor(mark: str | None) -> float:
    if not mark:
        return 1.0
    if mark[0] in "+-":
        return min(LARGEST, (INVOKE_UP if mark[0] == "+" else INVOKE_DOWN) ** min(len(mark), MOST_DEPTH))
    return min(LARGEST, float(mark))
