"""How large something is, as people say it."""

from __future__ import annotations

from typing import Final

from app.language import Language

MEGA: Final = 1e6
GIGA: Final = 1e9


def spoken_bytes(language: Language, size: float) -> str:
    """ "7 MB", "6.9 GB": as most systems show files."""
    if size >= GIGA:
        return language.say("window.size.gigabytes", size=f"{size / GIGA:.1f}")
    return language.say("window.size.megabytes", size=f"{size / MEGA:.0f}" if size >= MEGA else "<1" if size else "0")
