"""The words of importing: what a program was found to have written, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import Datum
from core.library.foreign.values import told
from core.request import Request

MOST_NOTES: Final = 100
MODEL_PRIVATE: Final = "foreign.model_private"
"""The picture's model cannot be had, so that its name is no help."""


@dataclass(frozen=True)
class Unmatched:
    """Something that could not be carried over as it was: `code` names the sentence (`foreign.json`), `data` fills its
    blanks. Texts in `data` are short and without control characters, but written by anybody: show them as plain
    text."""

    code: str
    data: Mapping[str, Datum] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """A request that planning accepts, the program whose picture it is from, and what was lost on the way."""

    request: Request
    program: str
    unmatched: tuple[Unmatched, ...] = ()


@dataclass(kw_only=True)
class Found:
    """What a program wrote, under our names but as it stood there: anything may be of any kind, or missing (None)."""

    program: str
    prompt: object = None
    negative: object = None
    prompt_2: object = None
    negative_2: object = None
    empty_negative: str = "encode"
    width: object = None
    height: object = None
    steps: object = None
    guidance: object = None
    rescale: object = None
    seed: object = None
    sampler: object = None
    schedule: object = None
    default_schedule: str | None = None
    """What the program means when it names a sampler alone; None: what the sampler is best with."""
    model: object = None
    model_hash: object = None
    refiner: object = None
    refiner_hash: object = None
    vae: object = None
    loras: list[tuple[object, object]] = field(default_factory=list)
    """(name, weight)"""
    handoff: object = None
    """Share of the noise levels that the base does."""
    switch: object = None
    """Share of the steps that the base does."""
    positive: dict[str, Any] = field(default_factory=dict)
    """Members of `MicroConditioning`; sizes as (width, height), crop as (top, left)."""
    negative_conditioning: dict[str, Any] = field(default_factory=dict)
    unmatched: list[Unmatched] = field(default_factory=list)

    def note(self, code: str, **data: object) -> None:
        """Remember what cannot be matched, once."""
        note = Unmatched(code, {name: told(value) for name, value in data.items()})
        if note not in self.unmatched and len(self.unmatched) < MOST_NOTES:
            self.unmatched.append(note)
