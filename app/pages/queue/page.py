"""QueuePage: what is being made, what waits, and what became of the rest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.look.metrics import APART, GROUP
from app.pages.queue import deeds
from app.pages.queue.deeds import Back
from app.pages.queue.job_list import JobList
from app.pages.queue.kind_chips import KindChips
from app.pages.queue.model import QueueModel
from app.pages.queue.pictures import LastPictures
from app.pages.queue.rows import CANCELLED, RUNNING, STUCK, WAITING, QueueRow
from app.pages.queue.watching import Watching
from app.pages.queue.wording import summary
from app.widgets.buttons import TextButton
from app.widgets.deed_bar import Deed, DeedBar
from app.widgets.empty_state import EmptyState
from app.widgets.page_head import PageHead
from core.engine import Engine, Notice, Opening
from core.errors import HangaError

MOVABLE = frozenset({WAITING})
STOPPABLE = frozenset({WAITING, RUNNING})
RETRIABLE = frozenset({*STUCK, CANCELLED})

Act = Callable[[], None]


class QueuePage(QWidget):
    """`say` and `undoable` are for the notice bar: a code, its data, and for the latter what takes the deed back."""

    say = Signal(str, dict)
    undoable = Signal(str, dict, object)
    changed = Signal()
    """There are other jobs than before, or the queue is paused or goes on."""

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self._thread = atelier, thread
        self._last: Act | None = None
        self.setObjectName("queue")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._watching = Watching(thread, self)
        self._pictures = LastPictures(thread, self)
        self._model = QueueModel(atelier.language, self._watching, self._pictures)
        self.list = JobList(atelier, self._model)
        self._chips = KindChips(atelier)
        self._pause = TextButton(atelier, "queue.pause", "window_queue.pause", "outlined", icon="pause")
        self._clear = TextButton(atelier, "queue.clear", "window_queue.clear", "outlined", icon="trash")
        self._head = PageHead(atelier, "window_queue.title", (self._pause, self._clear))
        self._empty = EmptyState(atelier, "queue", "window_queue.empty")
        self._bar = DeedBar(atelier, "queue.deeds", self.list, self._deeds())
        self._lay_out()
        self._connect()
        self._show()

    @property
    def rows(self) -> list[QueueRow]:
        """All jobs, in the order in which they are seen."""
        return self._watching.rows

    @property
    def paused(self) -> bool:
        return self._watching.paused

    @property
    def deed_actions(self) -> list[QAction]:
        """What can be done with what is selected, for menus."""
        return list(self._bar.actions_by_name.values())

    def opened(self, opening: Opening) -> None:
        self._watching.read()

    def hear(self, notice: Notice) -> None:
        self._watching.hear(notice)

    def undo(self) -> None:
        """Take the last deed back, if that is possible."""
        if self._last is not None:
            back, self._last = self._last, None
            back()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watching.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watching.watch(False)

    def _deeds(self) -> list[Deed]:
        return [
            Deed("front", "first", "window_queue.front", "Alt+Home", self._to_front),
            Deed("up", "chevron-up", "window_queue.up", "Alt+Up", lambda: self._step(later=False)),
            Deed("down", "chevron-down", "window_queue.down", "Alt+Down", lambda: self._step(later=True)),
            Deed("retry", "retry", "window_queue.retry", "R", self._retry),
            Deed("out", "close", "window_queue.out", "Del", self._take_out),
        ]

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(self._head)
        column.addWidget(self._chips)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._bar)

    def _connect(self) -> None:
        self._watching.changed.connect(self._show)
        self._watching.changed.connect(self.changed)
        self._watching.saved.connect(self._pictures.renew)
        self._chips.chosen.connect(self._show)
        self._pause.clicked.connect(self.toggle_pause)
        self._clear.clicked.connect(self.clear)
        self.list.chosen_changed.connect(self._chosen)
        self.list.dropped.connect(self._dropped)
        self._atelier.language.changed.connect(self._show)

    def _show(self) -> None:
        kind = self._chips.kind
        if self._model.differs(kind):
            self.list.changing(lambda: self._model.show_kind(kind))
        else:
            self._model.show_kind(kind)
        rows, paused = self._watching.rows, self._watching.paused
        self._chips.count(rows)
        self._head.say(summary(self._atelier.language, rows, paused))
        self._pause.show_as("play" if paused else "pause", f"window_queue.{'resume' if paused else 'pause'}")
        self._clear.setEnabled(any(row.state == WAITING for row in rows))
        self.list.setVisible(bool(rows))
        self._chips.setVisible(bool(rows))
        self._bar.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self._chosen()

    def _chosen(self) -> None:
        states = {row.state for row in map(self._watching.row, self.list.chosen()) if row is not None}
        allowed = {"front", "up", "down"} if states & MOVABLE else set()
        allowed |= {"out"} if states & STOPPABLE else set()
        allowed |= {"retry"} if states & RETRIABLE else set()
        self._bar.allow(allowed)
        number = len(self.list.chosen())
        language = self._atelier.language
        self._bar.say(language.count("window_queue.chosen", number) if number else language.say("window_queue.choose"))

    def _in_state(self, states: frozenset[str]) -> list[str]:
        """Those of the selection, from above."""
        rows = (self._watching.row(id) for id in self.list.chosen())
        return [row.id for row in rows if row is not None and row.state in states]

    def _to_front(self) -> None:
        jobs = self._in_state(MOVABLE)
        self._do(lambda engine: deeds.to_front(engine, jobs))

    def _step(self, later: bool) -> None:
        jobs = self._in_state(MOVABLE)
        self._do(lambda engine: deeds.step(engine, jobs, later))

    def _dropped(self, ids: list[str], before: str) -> None:
        self._do(lambda engine: deeds.move(engine, ids, before or None))

    def _retry(self) -> None:
        jobs = self._in_state(RETRIABLE)
        self._do(lambda engine: deeds.retry(engine, jobs))

    def _take_out(self) -> None:
        jobs = self._in_state(STOPPABLE)
        if jobs:
            self._do(lambda engine: deeds.take_out(engine, jobs), lambda back: self._gone(len(jobs), back))

    def clear(self) -> None:
        """Take all that waits out of the queue."""
        number = sum(row.state == WAITING for row in self._watching.rows)
        if number:
            self._do(deeds.clear, lambda back: self._gone(number, back))

    def toggle_pause(self) -> None:
        paused = not self._watching.paused
        self._do(lambda engine: deeds.set_paused(engine, paused))

    def _gone(self, number: int, back: Back | None) -> None:
        code = f"window_queue.gone.{'one' if number == 1 else 'many'}"
        if back is None:
            self.say.emit(code, {"number": number})
            return
        self._last = lambda: self._do(back)
        self.undoable.emit(code, {"number": number}, self.undo)

    def _do(self, work: Callable[[Engine], object], then: Callable[[Back | None], None] | None = None) -> None:
        self._thread.ask(work, then or (lambda answer: None), self._refused)

    def _refused(self, error: HangaError) -> None:
        self.say.emit(error.code, error.data)
