"""Studio: the whole window on a home, for tools that look at it or measure it; no test is needed around it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.language import Language
from app.look.theme import REDUCED, Look
from app.tidying import Tidying
from app.window.main_window import MainWindow
from core import settings as settings_file
from core.engine import Engine
from core.errors import HangaError
from core.jobs.backend import Backend
from core.paths import Home

PATIENCE: Final = 240.0
"""Seconds that a busy machine may need for anything."""


BETWEEN_LOOKS_MS: Final = 5


class Studio:
    """`backend` computes for it. What the engine refuses for no asker is raised where one waits."""

    def __init__(self, application: QApplication, home: Home, backend: Callable[[Home], Backend]) -> None:
        self.application, self.home = application, home
        settings = replace(settings_file.load(home.settings)[0], theme="dark", language="en", motion=REDUCED)
        home.root.mkdir(parents=True, exist_ok=True)
        settings_file.save(settings, home.settings)
        self.look = Look(application, settings.theme, REDUCED)
        self.atelier = Atelier(self.look, Language(settings.language))
        self.backend: Backend | None = None
        self._loop = QEventLoop()
        self._trouble: list[HangaError] = []
        self.thread = EngineThread(home, lambda home: self._engine(home, backend))
        self.thread.failed.connect(self._trouble.append)
        self.window = MainWindow(self.atelier, self.thread)
        if gc.isenabled():
            tidying = Tidying(application)
            self.window.meanwhile.done.connect(tidying.freeze)
            self.thread.opened.connect(tidying.freeze)

    def open(self) -> None:
        opened: list[object] = []
        self.thread.opened.connect(opened.append)
        self.window.show()
        self.thread.start()
        self.until(lambda: bool(opened))

    def close(self) -> None:
        self.window.close()
        self.thread.close()
        self.window.deleteLater()
        self.look.deleteLater()
        self.rest(0.05)

    def wear(self, theme: str, language: str) -> None:
        """As if the artist had chosen them."""
        self.ask(lambda engine: engine.change_settings(replace(engine.settings, theme=theme, language=language)))
        if self.look.choice != theme:
            self.look.choose(theme)
        if self.atelier.language.choice != language:
            self.atelier.language.choose(language)

    def until(self, holds: Callable[[], object]) -> None:
        """Let the window live until something holds. Raises TimeoutError, or what the engine had to say."""
        end = time.monotonic() + PATIENCE
        while not holds():
            self._live()
            if self._trouble:
                raise self._trouble.pop(0)
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")

    def rest(self, seconds: float) -> None:
        """Let the window live for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._live()

    def ask(self, work: Callable[[Engine], Any]) -> Any:
        """What the engine answers."""
        answers: list[Any] = []
        self.thread.ask(work, answers.append)
        self.until(lambda: answers)
        return answers[0]

    def _engine(self, home: Home, backend: Callable[[Home], Backend]) -> Engine:
        self.backend = backend(home)
        return Engine(home, self.backend)

    def _live(self) -> None:
        QTimer.singleShot(BETWEEN_LOOKS_MS, self._loop.quit)
        self._loop.exec()
