"""Words as the full-text index knows them, and what an artist types as a question to it.

Case, accents and widths of letters do not count. Scripts that put no spaces between words are cut into pairs of
neighbours, and the last character of a run alone: 赤い月 becomes 赤い い月 月. So any two characters are found, and a
single one as the beginning of a pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

UNSPACED: Final = (
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Kana, Chinese characters, Hangul."""

RUN: Final = re.compile(rf"([{UNSPACED}]+)|[^\W_{UNSPACED}]+")
TERM: Final = re.compile(r'(-?)(?:"([^"]*)("?)|([^\s"]+))')
VOICING: Final = "\u3099\u309a"
"""The marks that make か into が, which are no accents."""

LONGEST_QUESTION: Final = 1000
MOST_TERMS: Final = 32


@dataclass(frozen=True)
class Match:
    """A question as two expressions for FTS5: what must be there, and what must not. Either may be empty."""

    wanted: str
    unwanted: str


def indexed(text: str) -> str:
    """The words of a text as they go into the index, separated by spaces."""
    return " ".join(piece for run in _runs(text) for piece in run)


def question(text: str) -> Match:
    """What an artist is looking for: all words, in any order; the last one may be unfinished. "In quotes": one after
    the other. -word: without it. Any text at all is a question; signs mean nothing."""
    wanted: list[str] = []
    unwanted: list[str] = []
    cut = text[:LONGEST_QUESTION]
    for term in list(TERM.finditer(cut))[:MOST_TERMS]:
        minus, quoted, closed, bare = term.groups()
        unfinished = term.end() == len(cut) and not closed
        if phrase := _phrase(quoted if bare is None else bare, unfinished):
            (unwanted if minus else wanted).append(phrase)
    return Match(" AND ".join(wanted), " OR ".join(unwanted))


def _phrase(term: str, unfinished: bool) -> str:
    runs = list(_runs(term))
    if not runs:
        return ""
    *before, last = runs
    pieces = [*(piece for run in before for piece in run), *(last[:-1] or last)]
    begins_a_pair = len(last) == 1 and RUN.fullmatch(last[0])[1] is not None  # type: ignore[index]
    return f'"{" ".join(pieces)}"' + ("*" if unfinished or begins_a_pair else "")


def _runs(text: str) -> Iterator[list[str]]:
    """The pieces of each word or unspaced run."""
    for match in RUN.finditer(folded(text)):
        run = match[0]
        yield [run] if match[1] is None else [*(run[at : at + 2] for at in range(len(run) - 1)), run[-1]]


def folded(text: str) -> str:
    """The text without what does not count when it is compared."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(mark for mark in apart if mark in VOICING or not unicodedata.combining(mark))
    return unicodedata.normalize("NFC", kept).casefold()
