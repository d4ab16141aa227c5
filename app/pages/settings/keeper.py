"""Keeper: the settings as the engine has them; changes them there, and knows the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.engine_thread import BACKGROUND, EngineThread
from core.engine import Engine
from core.errors import HangaError
from core.settings import Settings

Both = tuple[Settings, Settings]
"""Before and after."""


class Keeper(QObject):
    """`changed` follows every change, also one that was refused and is not; `kept` tells that there is a way back."""

    changed = Signal()
    kept = Signal()
    refused = Signal(object)

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._before: list[Settings] = []
        self._pending = 0
        self.settings = Settings()

    def read(self) -> None:
        """Others change settings, too: files that are used where they lie are among them."""
        self._thread.ask(lambda engine: engine.settings, self._read, self.refused.emit, BACKGROUND)

    def change(self, name: str, value: Any) -> None:
        """Have one setting be another. Controls give only values that make sense."""
        self._ask(lambda engine: _change(engine, {name: value}), self._changed)

    def undo(self) -> None:
        """As it was before the last change."""
        if self._before:
            settings = self._before.pop()
            self._ask(lambda engine: (settings, _put(engine, settings)), self._answered)

    def _ask(self, work: Callable[[Engine], Both], then: Callable[[Settings, Settings], None]) -> None:
        self._pending += 1
        self._thread.ask(work, lambda both: then(*both), self._refused)

    def _changed(self, before: Settings, after: Settings) -> None:
        self._answered(before, after)
        if before != after:
            self._before.append(before)
            self.kept.emit()

    def _answered(self, before: Settings, after: Settings) -> None:
        self._pending -= 1
        self._read(after)

    def _read(self, settings: Settings) -> None:
        """While other changes are on their way, what controls show is newer than this."""
        self.settings = settings
        if not self._pending:
            self.changed.emit()

    def _refused(self, error: HangaError) -> None:
        self._pending -= 1
        self.changed.emit()
        self.refused.emit(error)


def _change(engine: Engine, changes: dict[str, Any]) -> Both:
    before = engine.settings
    after = replace(before, **changes)
    return before, before if after == before else _put(engine, after)


def _put(engine: Engine, settings: Settings) -> Settings:
    engine.change_settings(settings)
    return settings
