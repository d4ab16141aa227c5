"""Completions: what may be meant by what is being typed, from what the artist has used before or has at hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

WORD, STYLE, LORA, WILDCARD = "word", "style", "lora", "wildcard"

MOST: Final = 8
"""Offered at once."""
SHORTEST: Final = 2
"""Characters before anything is offered."""
LONGEST: Final = 40
MOST_KEPT: Final = 5000

TAG: Final = re.compile(r"<(?:l(?:o(?:r(?:a(?::(?P<name>[^<>:\n]*))?)?)?)?)?$")
LIST: Final = re.compile(r"(?:^|[^_\w])__(?P<name>(?:[^\W_][\w/\-. ]*)?)$")
PHRASE: Final = re.compile(r"[^,\n(){}|<>\[\]:、。]*$")
LAST_WORD: Final = re.compile(r"[\w'-]+$")
PARTS: Final = re.compile(r"[^,\n(){}|<>\[\]:、。]+")


@dataclass(frozen=True)
class Offer:
    """`words` is what is shown; `text` takes the place of the last `typed` characters. A style has no text: it is
    turned on instead."""

    kind: str
    words: str
    text: str
    typed: int


@dataclass(frozen=True)
class Vocabulary:
    """`phrases` of earlier prompts, the most used first. `styles`: what they are called, by their names."""

    phrases: tuple[str, ...] = ()
    styles: dict[str, str] = field(default_factory=dict)
    loras: tuple[str, ...] = ()
    wildcards: tuple[str, ...] = ()

    def offers(self, before: str) -> list[Offer]:
        """For the text in front of the cursor, the likeliest first."""
        found: dict[tuple[str, str], Offer] = {}
        for offer in islice(self._found(before), MOST * 4):
            found.setdefault((offer.kind, offer.words), offer)
        return list(found.values())[:MOST]

    def _found(self, before: str) -> Iterator[Offer]:
        if tag := TAG.search(before):
            yield from self._loras(tag["name"] or "", len(tag[0]))
        elif listed := LIST.search(before):
            yield from self._lists(listed["name"], len(listed["name"]) + 2)
        else:
            yield from self._words(before)

    def _loras(self, name: str, typed: int) -> Iterator[Offer]:
        for lora in _matching(self.loras, name):
            yield Offer(LORA, lora, f"<lora:{lora}:1>", typed)

    def _lists(self, name: str, typed: int) -> Iterator[Offer]:
        for wildcard in _matching(self.wildcards, name):
            yield Offer(WILDCARD, wildcard, f"__{wildcard}__", typed)

    def _words(self, before: str) -> Iterator[Offer]:
        phrase = PHRASE.search(before)
        started = phrase[0].lstrip() if phrase else ""
        last = LAST_WORD.search(started)
        for start in dict.fromkeys(filter(None, (started, last[0] if last else ""))):
            if len(start) >= SHORTEST and before.endswith(start):
                yield from self._beginning(start)

    def _beginning(self, start: str) -> Iterator[Offer]:
        key, typed = start.casefold(), len(start)
        for name, words in self.styles.items():
            if key in (words.casefold()[:typed], name.casefold()[:typed]):
                yield Offer(STYLE, words, "", typed)
        for lora in self.loras:
            if lora.casefold().startswith(key):
                yield Offer(LORA, lora, f"<lora:{lora}:1>", typed)
        for phrase in self.phrases:
            if len(phrase) > typed and phrase.casefold().startswith(key):
                yield Offer(WORD, phrase, phrase, typed)


def phrases_of(prompts: Iterable[str]) -> tuple[str, ...]:
    """What stands between commas, and single words of some length, the most used first, then the latest."""
    counts: Counter[str] = Counter()
    for prompt in prompts:
        for part in PARTS.findall(prompt):
            phrase = " ".join(part.split())
            if SHORTEST < len(phrase) <= LONGEST:
                counts[phrase] += 1
            counts.update(word for word in re.findall(r"[^\W\d_][\w'-]{3,}", phrase) if word != phrase)
        if len(counts) > MOST_KEPT:
            break
    return tuple(phrase for phrase, _ in counts.most_common(MOST_KEPT))


def _matching(names: Iterable[str], typed: str) -> Iterator[str]:
    """Those that begin with it, then those that contain it."""
    key, known = typed.casefold(), list(names)
    yield from (name for name in known if name.casefold().startswith(key))
    yield from (name for name in known if key in name.casefold()[1:] and not name.casefold().startswith(key))
