"""Supplies: what an artist can reach for while writing, as the engine found it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.widgets.completions import phrases_of
from core.engine import Bundle, Preset, Query, Style

if TYPE_CHECKING:
    from core.engine import Engine

LATEST: Final = 500
LOOKED_AT: Final = 2000
"""Pictures whose prompts are looked through for words, and how far."""


@dataclass(frozen=True, kw_only=True)
class Supplies:
    """`own` are the artist's own styles and presets, `phrases` those of earlier prompts, the most used first."""

    styles: tuple[Style, ...] = ()
    presets: tuple[Preset, ...] = ()
    own: Bundle = field(default_factory=Bundle)
    loras: tuple[str, ...] = ()
    wildcards: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def is_own(self, entry: Style | Preset) -> bool:
        return entry in self.own.styles or entry in self.own.presets

    def styles_called(self, names: Iterable[str]) -> tuple[Style, ...]:
        """In the order of the names; those that are gone are left out."""
        known = {style.name: style for style in self.styles}
        return tuple(known[name] for name in names if name in known)


def read_supplies(engine: Engine) -> Supplies:
    """For the engine's thread: it reads the headers of files. Raises HangaError as the desk does."""
    own = engine.desk.own()
    return Supplies(
        styles=(*engine.desk.styles.built_in, *own.styles),
        presets=(*engine.desk.presets.built_in, *own.presets),
        own=own,
        loras=tuple(engine.models.loras()),
        wildcards=tuple(engine.desk.wildcards.names()),
        phrases=phrases_of(picture.prompt[:LOOKED_AT] for picture in engine.library.page(Query(), LATEST).pictures),
    )
