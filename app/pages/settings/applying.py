"""Applying: what settings mean for the window, at once."""

from __future__ import annotations

from typing import Final

from app.atelier import Atelier
from app.look.theme import SYSTEM
from core.request import AUTO
from core.settings import Settings

OF_THE_WINDOW: Final = ("theme", "motion", "language")


def apply(settings: Settings, atelier: Atelier) -> None:
    """Only what is another than before: a theme that changes is drawn anew everywhere."""
    theme, motion, language = (_chosen(getattr(settings, name)) for name in OF_THE_WINDOW)
    atelier.look.choose_motion(motion)
    if theme != atelier.look.choice:
        atelier.look.choose(theme)
    if language != atelier.language.choice:
        atelier.language.choose(language)


def _chosen(value: str) -> str:
    return SYSTEM if value == AUTO else value
