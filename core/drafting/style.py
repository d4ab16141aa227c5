"""Style: a look with a name: what is written around a prompt, and what is kept out for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.drafting.named import Named

PLACE: Final = "{prompt}"
"""Where in a style the artist's own words stand. A style without it follows them."""

ENDS: Final = " ,\n\t"


@dataclass(frozen=True, kw_only=True)
class Style(Named):
    prompt: str = PLACE
    negative: str = ""


def dressed(text: str, styles: Iterable[Style]) -> str:
    """`text` in every style, each around what those before it made."""
    for style in styles:
        text = _around(text.strip(ENDS), style.prompt.strip())
    return text


def kept_out(negative: str, styles: Iterable[Style]) -> str:
    """The negative prompt, and after it those of the styles."""
    parts = [style.negative.strip(ENDS) for style in styles]
    return ", ".join(filter(None, [negative.strip(ENDS), *parts])) if any(parts) else negative


def _around(words: str, template: str) -> str:
    if PLACE not in template:
        return ", ".join(filter(None, (words, template)))
    return template.replace(PLACE, words).strip(ENDS)
