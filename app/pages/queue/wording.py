"""What the page says of jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtGui import QImage

from app.language import Language
from app.pages.queue.rows import CANCELLED, DONE, FAILED, RUNNING, SET_ASIDE, STUCK, WAITING, QueueRow
from app.widgets.durations import spoken_seconds
from app.widgets.entry_painter import Entry
from core.progress import Progress

AREA: Final = "window_queue"
APART: Final = " · "
ICONS: Final = {
    WAITING: "queue",
    RUNNING: "play",
    DONE: "check",
    FAILED: "warning",
    SET_ASIDE: "warning",
    CANCELLED: "close",
}


def entry_of(
    language: Language, row: QueueRow, picture: QImage | None, progress: Progress | None, stopping: bool
) -> Entry:
    prompt = row.prompt or language.say(f"{AREA}.no_prompt")
    icon = ICONS[row.state]
    if row.state == RUNNING:
        share = progress.share if progress is not None else None
        line = language.say(f"{AREA}.stopping") if stopping else _running(language, row, progress)
        return Entry(prompt, line, "indigo_ink", icon, _time_left(language, progress), share or 0.0, picture)
    if row.state in STUCK:
        return Entry(prompt, language.say(row.code, **row.data), "warn_ink", icon, "", None, picture)
    return Entry(prompt, _facts(language, row), "dim", icon, _clock(row.ended), None, picture)


def summary(language: Language, rows: Sequence[QueueRow], paused: bool) -> str:
    """How many of each there are."""
    numbers = Counter(row.state for row in rows)
    parts = [language.count(f"{AREA}.{state}", numbers[state]) for state in (RUNNING, WAITING) if numbers[state]]
    stuck = sum(numbers[state] for state in STUCK)
    if stuck:
        parts.append(language.count(f"{AREA}.stuck", stuck))
    if paused:
        parts.insert(0, language.say(f"{AREA}.paused"))
    return APART.join(parts)


def _running(language: Language, row: QueueRow, progress: Progress | None) -> str:
    if progress is None:
        return language.say(f"{AREA}.beginning")
    parts = [language.say(f"window.doing.{progress.stage}")]
    if progress.count > 1:
        parts.insert(0, language.say("window.stages.picture", number=progress.index + 1, count=progress.count))
    return APART.join(parts)


def _time_left(language: Language, progress: Progress | None) -> str:
    if progress is None or progress.job_seconds_left is None:
        return ""
    return language.say("window.stages.left", time=spoken_seconds(language, progress.job_seconds_left))


def _facts(language: Language, row: QueueRow) -> str:
    parts = [language.say(f"{AREA}.is_{'cancelled' if row.state == CANCELLED else row.state}")]
    if row.state == WAITING or row.saved < row.count:
        parts.append(_pictures(language, row))
    else:
        parts.append(language.count(f"{AREA}.pictures", row.count))
    if row.refines:
        parts.append(language.say(f"{AREA}.refines"))
    if row.size is not None:
        parts.append(f"{row.size[0]} × {row.size[1]}")
    return APART.join([*parts, row.model])


def _pictures(language: Language, row: QueueRow) -> str:
    if row.saved:
        return language.say(f"{AREA}.some", saved=row.saved, count=row.count)
    return language.count(f"{AREA}.pictures", row.count)


def _clock(ended: str) -> str:
    """When that was, in the time of this place."""
    return datetime.fromisoformat(ended).astimezone().strftime("%H:%M") if ended else ""
