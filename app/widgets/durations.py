"""How long something takes, as people say it: no more exact than it is known."""

from __future__ import annotations

from app.language import Language

MINUTE, HOUR = 60, 3600


def spoken_seconds(language: Language, seconds: float) -> str:
    """ "14 s", "3 min", "2 h 10 min"; seconds are said in fives above half a minute."""
    if seconds < 30:
        return language.say("window.time.seconds", seconds=max(round(seconds), 1))
    if seconds < 2 * MINUTE:
        return language.say("window.time.seconds", seconds=5 * round(seconds / 5))
    if seconds < HOUR:
        return language.say("window.time.minutes", minutes=round(seconds / MINUTE))
    minutes = 5 * round(seconds / MINUTE / 5)
    return language.say("window.time.hours", hours=minutes // 60, minutes=minutes % 60)
