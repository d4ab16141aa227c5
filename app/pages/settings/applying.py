"""Applying: what settings mean for the window, at once."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from app.atelier import Atelier
from app.language import Language
from app.look.theme import SYSTEM, Look
from core.errors import HangaError
from core.request import AUTO
from core.settings import Settings, load

OF_THE_WINDOW: Final = ("theme", "motion", "language")
SCALE: Final = "QT_SCALE_FACTOR"
"""What Qt looks at before there is an application: it cannot be changed later."""

logger = logging.getLogger(__name__)


def first(path: Path) -> Settings:
    """The settings as they are kept, before the engine is there to ask: a window must not open in another theme than
    it is to wear. Where the disk does not answer, the engine will say so."""
    try:
        return load(path)[0]
    except HangaError as error:
        logger.warning("the settings cannot be read: %s", error)
        return Settings()


def scale(settings: Settings, environment: MutableMapping[str, str]) -> None:
    """How large everything is drawn. What was set outside of Hanga holds."""
    if settings.text_scale != 1.0:
        environment.setdefault(SCALE, str(settings.text_scale))


def atelier_for(settings: Settings, application: QApplication) -> Atelier:
    """Theme, motion and language from the first moment on."""
    theme, motion, language = (_chosen(getattr(settings, name)) for name in OF_THE_WINDOW)
    return Atelier(Look(application, theme, motion), Language(language))


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
