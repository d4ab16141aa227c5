"""StageBar: which picture is being made, how far it is, how long it will take, and the way to stop it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR
from app.widgets.announcing import announce
from app.widgets.buttons import TextButton
from app.widgets.durations import spoken_seconds
from app.widgets.stage_strip import Span, StageStrip
from app.widgets.words import ElidedLabel


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where a run is: picture `index` (from 0) of `count`, in `stage`, of which `share` is done.

    Seconds are None while nobody knows them.
    """

    stage: str
    share: float = 0.0
    index: int = 0
    count: int = 1
    picture_left: float | None = None
    all_left: float | None = None


class StageBar(QFrame):
    cancelled = Signal()

    def __init__(self, atelier: Atelier, name: str = "stages") -> None:
        super().__init__()
        self._atelier = atelier
        self._moment: Moment | None = None
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._title, self._left = ElidedLabel("strong"), QLabel()
        self._left.setProperty("role", "dim")
        self._cancel = TextButton(atelier, f"{name}.cancel", "window.stages.cancel", icon="stop")
        self._strip = StageStrip(atelier, f"{name}.strip")
        self._lay_out()
        self._cancel.clicked.connect(self.cancelled)
        atelier.language.follow(self._say)

    def set_spans(self, spans: Sequence[Span]) -> None:
        """The stages of one picture, in their order, with the seconds that each is expected to take."""
        self._strip.set_spans(spans)

    def show_moment(self, moment: Moment) -> None:
        before, self._moment = self._moment, moment
        self._strip.set_progress(moment.stage, moment.share)
        self._say()
        if before is None or (before.stage, before.index) != (moment.stage, moment.index):
            announce(self, self._title.text())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(NEAR)
        head.addWidget(self._title, 1)
        head.addWidget(self._left)
        head.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, NEAR, NEAR, NEAR)
        column.addLayout(head)
        strip = QHBoxLayout()
        strip.setContentsMargins(0, 0, APART - 4, 0)
        strip.addWidget(self._strip)
        column.addLayout(strip)

    def _say(self) -> None:
        moment = self._moment
        if moment is None:
            return
        language = self._atelier.language
        doing = language.say(f"window.doing.{moment.stage}")
        number = {"number": moment.index + 1, "count": moment.count}
        several = language.say("window.stages.picture", **number) if moment.count > 1 else ""
        self._title.setText(" · ".join(filter(None, (several, doing))))
        self._left.setText(self._time_left(moment))
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(self._left.text())

    def _time_left(self, moment: Moment) -> str:
        if moment.picture_left is None:
            return ""
        language = self._atelier.language
        one = language.say("window.stages.left", time=spoken_seconds(language, moment.picture_left))
        if moment.all_left is None or moment.count == 1:
            return one
        return language.say("window.stages.both", one=one, all=spoken_seconds(language, moment.all_left))
