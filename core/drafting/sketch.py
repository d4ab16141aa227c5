"""Sketch: a request as the artist writes it, and what is asked for in the end.

The styles are put around the prompt, then choices are drawn, then LoRA tags become LoRAs. What comes out is a plain
request: it holds everything that can change a pixel, whatever becomes of styles and lists later.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Final

from core.drafting.choices import Dice, Entries, drawn
from core.drafting.lora_tags import merged, without_tags
from core.drafting.style import Style, dressed, kept_out
from core.errors import HangaError
from core.request import Lora, Request

SEEDS: Final = 2**32
MOST_REQUESTS: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """With `verbatim`, the words are those of a picture and mean nothing but themselves: it comes out the same."""

    request: Request
    styles: tuple[Style, ...] = ()
    verbatim: bool = False


def composed(sketch: Sketch, entries: Entries) -> list[Request]:
    """What to ask for: one request, or one for each picture where words are drawn by its seed.

    Raises HangaError request.* for words that mean nothing.
    """
    request = sketch.request
    seed = secrets.randbelow(SEEDS) if request.seed is None else request.seed
    first, draws = _settled(sketch, seed, entries)
    if not draws:
        return [first]
    if request.count > MOST_REQUESTS:
        raise HangaError("request.grid_size", value=request.count, most=MOST_REQUESTS)
    seeds = range(seed, seed + max(request.count, 1))
    return [replace(_settled(sketch, each, entries)[0], seed=each, count=1) for each in seeds]


def example(sketch: Sketch, entries: Entries) -> Request:
    """One request for all pictures, with the words of the first: what it costs, what the model would read."""
    return _settled(sketch, sketch.request.seed or 0, entries)[0]


def varies(sketch: Sketch) -> bool:
    """Whether every seed draws words of its own. Raises HangaError request.* where `composed` would, at the latest."""
    request, styles, dice = sketch.request, sketch.styles, Dice(0)
    if sketch.verbatim:
        return False
    for text in (request.prompt, request.prompt_2 or ""):
        drawn(dressed(text, styles), dice, lambda name: [""])
    for text in (request.negative, request.negative_2 or ""):
        drawn(kept_out(text, styles), dice, lambda name: [""])
    return dice.thrown > 0


def _settled(sketch: Sketch, seed: int, entries: Entries) -> tuple[Request, int]:
    """The request, and how many draws it took."""
    request, styles, dice = sketch.request, sketch.styles, Dice(seed)
    if sketch.verbatim:
        return request, 0
    loras: list[Lora] = []

    def positive(text: str) -> str:
        rest, tagged = without_tags(drawn(dressed(text, styles), dice, entries))
        loras.extend(tagged)
        return rest

    def negative(text: str) -> str:
        return drawn(kept_out(text, styles), dice, entries)

    settled = replace(
        request,
        prompt=positive(request.prompt),
        prompt_2=None if request.prompt_2 is None else positive(request.prompt_2),
        negative=negative(request.negative),
        negative_2=None if request.negative_2 is None else negative(request.negative_2),
    )
    return replace(settled, loras=merged(request.loras, loras) if loras else request.loras), dice.thrown
