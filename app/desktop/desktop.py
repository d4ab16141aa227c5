"""Desktop: tells the desktop what it may want to know of the work that goes on, as the settings say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.notices import Notices
from app.desktop.taskbar import Taskbar, taskbar_here
from app.engine_thread import BACKGROUND, EngineThread
from app.language import Language
from core.engine import JobChanged, Notice
from core.events import Failed, Saved
from core.progress import Progress
from core.settings import Settings

if TYPE_CHECKING:
    from app.desktop.awake import Awake

PROGRESS_MS: Final = 1000
RUNNING, WAITING, DONE = "running", "waiting", "done"
"""As `core.jobs.job` has them."""


class Row(Protocol):
    @property
    def state(self) -> str: ...


class Desktop(QObject):
    """`wanted`: the artist asks for the window from outside of it; `idle`: nothing is left to be made."""

    wanted = Signal()
    idle = Signal()

    def __init__(self, window: QWidget, language: Language, thread: EngineThread) -> None:
        super().__init__(window)
        self._window, self._language, self._thread = window, language, thread
        self._settings = Settings()
        self.notices: Notices = Notices(window)
        self.taskbar: Taskbar | None = None
        self._works = self._holds = self._paused = False
        self._saved = self._failed = 0
        """Since the artist last looked."""
        self._timer = QTimer(self, interval=PROGRESS_MS)
        self._timer.timeout.connect(self._ask_progress)
        self.notices.chosen.connect(self.wanted)
        window.installEventFilter(self)

    @cached_property
    def awake(self) -> Awake:
        from app.desktop.awake import awake_here  # with the first work, not with the window

        return awake_here(self)

    @property
    def works(self) -> bool:
        """Whether something is being made, or will be without anybody doing anything."""
        return self._works

    def shown(self) -> None:
        """The window has a handle now."""
        if self.taskbar is None:
            self.taskbar = taskbar_here(int(self._window.winId()))

    def apply(self, settings: Settings) -> None:
        self._settings = settings
        self._keep_awake()

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, Saved):
            self._saved += 1
        elif isinstance(notice, Failed):
            self._failed += 1
        elif isinstance(notice, JobChanged) and notice.job.state == DONE and not self._window.isActiveWindow():
            self.notices.flash()

    def show_jobs(self, rows: Iterable[Row], paused: bool) -> None:
        """What the queue is now."""
        states = [row.state for row in rows]
        left = states.count(RUNNING) + states.count(WAITING)
        self.notices.count(left)
        before, self._works = self._works, RUNNING in states or (WAITING in states and not paused)
        self._paused = paused
        self._keep_awake()
        self._show_progress()
        if before and not self._works:
            self._tell()
            self.idle.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate:
            self._saved = self._failed = 0
            self.notices.withdraw()
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        if self._window.isActiveWindow() or not self._settings.notify or not self._saved + self._failed:
            return
        parts = [self._language.count("window_desktop.done", self._saved)] if self._saved else []
        if self._failed:
            parts.append(self._language.count("window_desktop.failed", self._failed))
        self.notices.tell(self._language.say("window.title"), " ".join(parts))

    def _keep_awake(self) -> None:
        wanted = self._works and self._settings.keep_awake
        if wanted != self._holds:
            self._holds = wanted
            (self.awake.hold if wanted else self.awake.release)()

    def _show_progress(self) -> None:
        if self.taskbar is None:
            return
        if self._works and not self._timer.isActive():
            self._timer.start()
            self.taskbar.show(None)
        elif not self._works:
            self._timer.stop()
            self.taskbar.clear()

    def _ask_progress(self) -> None:
        self._thread.ask(lambda engine: engine.progress(), self._progressed, lambda error: None, BACKGROUND)

    def _progressed(self, progress: Progress | None) -> None:
        if self.taskbar is not None and self._works:
            self.taskbar.show(None if progress is None else progress.share, self._paused)
