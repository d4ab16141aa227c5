"""When something was, as people write it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale

from app.language import Language


def said_moment(language: Language, moment: datetime) -> str:
    """In the time of this place."""
    locale = QLocale(language.say("window_gallery.locale"))
    return locale.toString(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())), language.say("window_gallery.moment"))
