"""Supplies: what an artist can reach for while writing, as the engine found it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from core.engine import Bundle, Engine, Preset, Query, Style

LATEST: Final = 500
"""Pictures whose prompts are looked through for words."""


@dataclass(frozen=True, kw_only=True)
class Supplies:
    """`own` are the artist's own styles and presets, for the way back of a change. `prompts`: the latest first."""

    styles: tuple[Style, ...] = ()
    presets: tuple[Preset, ...] = ()
    own: Bundle = field(default_factory=Bundle)
    loras: tuple[str, ...] = ()
    wildcards: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()

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
        prompts=tuple(picture.prompt for picture in engine.library.page(Query(), LATEST).pictures if picture.prompt),
    )
