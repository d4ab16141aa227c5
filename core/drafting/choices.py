"""Choices in a prompt: `{red|blue}` is one of them, `__animal__` a line of the artist's list of that name.

* Braces choose only around a `|`; others, and those that do not pair up, are plain text. Choices lie within choices.
* A line may contain choices itself. `\\{`, `\\|`, `\\}` and `\\__` are plain characters; other backslashes stay.
* What is drawn depends on the seed and on how many draws came before, on nothing else: the same on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Final

from core.errors import HangaError
from core.request import PROMPT_LIMIT

MOST_DRAWS: Final = 1000
DEEPEST: Final = 8
"""Lists within lists."""

Entries = Callable[[str], Sequence[str]]
"""The lines of a list by its name. Raises HangaError request.unknown_wildcard."""

_TOKEN: Final = re.compile(
    r"\\(?P<escaped>[{}|]|__)|\\\\|__(?P<name>[^\W_][\w/\-. ]{0,79}?)__|(?P<mark>[{}|])|[^\\{}|_]+|.", re.DOTALL
)


class Dice:
    """Draws for one picture. `thrown`: how often."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.thrown = 0

    def draw(self, options: Sequence[str]) -> str:
        """One of `options`. Raises HangaError request.too_many_choices."""
        if self.thrown >= MOST_DRAWS:
            raise HangaError("request.too_many_choices", most=MOST_DRAWS)
        digest = hashlib.sha256(f"{self._seed}/{self.thrown}".encode()).digest()
        self.thrown += 1
        return options[int.from_bytes(digest[:8]) % len(options)]


def drawn(text: str, dice: Dice, entries: Entries, depth: int = 0) -> str:
    """`text` with everything chosen. Raises HangaError request.unknown_wildcard, request.wildcard_circle,
    request.too_many_choices, request.prompt_too_long."""
    braces: list[list[list[str]]] = [[[]]]
    """Those that are open, the whole text first: each its options so far, in pieces."""
    for token in _TOKEN.finditer(text):
        if token["name"]:
            braces[-1][-1].append(_line(token["name"], dice, entries, depth))
        elif token["mark"] == "{":
            braces.append([[]])
        elif token["mark"] == "|" and len(braces) > 1:
            braces[-1].append([])
        elif token["mark"] == "}" and len(braces) > 1:
            options = braces.pop()
            braces[-1][-1].append(_chosen(options, dice))
        else:
            braces[-1][-1].append(token["escaped"] or token[0])
    whole = "{".join("|".join("".join(option) for option in options) for options in braces)
    if len(whole) > PROMPT_LIMIT:
        raise HangaError("request.prompt_too_long", size=len(whole), limit=PROMPT_LIMIT)
    return whole


def _chosen(options: list[list[str]], dice: Dice) -> str:
    texts = ["".join(option) for option in options]
    return dice.draw(texts) if len(texts) > 1 else f"{{{texts[0]}}}"


def _line(name: str, dice: Dice, entries: Entries, depth: int) -> str:
    if depth >= DEEPEST:
        raise HangaError("request.wildcard_circle", name=name)
    return drawn(dice.draw(entries(name)), dice, entries, depth + 1)
