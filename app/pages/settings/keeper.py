"""Keeper: the settings as the engine has them; changes them there, and knows the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.engine_thread import BACKGROUND, EngineThread
from core.engine import Engine
from core.errors import HangaError
from core.settings import Settings


class Keeper(QObject):
    """`changed` follows every change, also one that was refused and is not; `kept` tells that there is a way back."""

    changed = Signal()
    kept = Signal()
    refused = Signal(object)

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._before: list[Settings] = []
        self.settings = Settings()

    def read(self) -> None:
        """Others change settings, too: files that are used where they lie are among them."""
        self._thread.ask(lambda engine: engine.settings, self._read, self.refused.emit, BACKGROUND)

    def change(self, name: str, value: Any) -> None:
        """Have one setting be another. Controls give only values that make sense."""
        if getattr(self.settings, name) == value:
            return
        self._thread.ask(
            lambda engine: _change(engine, {name: value}),
            lambda both: self._changed(*both),
            self._refused,
        )

    def undo(self) -> None:
        """As it was before the last change."""
        if self._before:
            settings = self._before.pop()
            self._thread.ask(lambda engine: _put(engine, settings), self._read, self._refused)

    def _changed(self, before: Settings, after: Settings) -> None:
        self._before.append(before)
        self._read(after)
        self.kept.emit()

    def _read(self, settings: Settings) -> None:
        self.settings = settings
        self.changed.emit()

    def _refused(self, error: HangaError) -> None:
        self.changed.emit()
        self.refused.emit(error)


def _change(engine: Engine, changes: dict[str, Any]) -> tuple[Settings, Settings]:
    before = engine.settings
    return before, _put(engine, replace(before, **changes))


def _put(engine: Engine, settings: Settings) -> Settings:
    engine.change_settings(settings)
    return settings
