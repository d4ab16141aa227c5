"""Aloud: tells screen readers what becomes of the work, whichever page is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.language import Language
from app.widgets.announcing import announce
from core.engine import JobChanged, Notice
from core.events import Cancelled, Saved, Started


class Aloud:
    def __init__(self, window: QWidget, language: Language) -> None:
        self._window, self._language = window, language
        self._counts: dict[str, int] = {}
        """Pictures of the jobs that run."""

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, Started):
            self._counts[notice.job] = len(notice.seeds)
        elif isinstance(notice, Saved):
            self._say("done", number=notice.index + 1, count=self._counts.get(notice.job, notice.index + 1))
        elif isinstance(notice, Cancelled):
            self._say("cancelled")
        elif isinstance(notice, JobChanged) and notice.job.ended:
            self._counts.pop(notice.job.id, None)

    def _say(self, what: str, **data: int) -> None:
        announce(self._window, self._language.say(f"window.aloud.{what}", **data))
