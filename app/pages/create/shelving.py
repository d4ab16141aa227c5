"""Shelving: what an artist does to styles and presets, each with its way back, and what there is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.engine_thread import BACKGROUND, EngineThread
from app.pages.create.supplies import Supplies, read_supplies
from core.engine import Bundle, Preset, Style
from core.errors import Datum, HangaError

if TYPE_CHECKING:
    from core.engine import Brought, Desk, Engine

Entry = Style | Preset
Deed = Callable[["Desk"], "Brought | None"]
Done = tuple[Bundle, Supplies, "Brought | None"]


class Shelving(QObject):
    known = Signal(object)
    """Supplies"""
    done = Signal(str, dict)
    """What was done, which `undo` takes back."""
    said = Signal(str, dict)

    def __init__(self, thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._before: list[Bundle] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    def look(self) -> None:
        """Ask what there is, for instance because a file has come."""
        self._thread.ask(read_supplies, self.known.emit, self._refused, BACKGROUND)

    def keep(self, entry: Entry) -> None:
        self._do(lambda desk: _shelve(desk, entry), f"window_create.{_kind(entry)}.kept", {"name": entry.name})

    def rename(self, entry: Entry, name: str) -> None:
        data = {"name": entry.name, "new": name}
        self._do(lambda desk: _shelf(desk, entry).rename(entry.name, name), "window_create.shelf.renamed", data)

    def remove(self, entry: Entry) -> None:
        data = {"name": entry.name}
        self._do(lambda desk: _shelf(desk, entry).remove(entry.name), "window_create.shelf.removed", data)

    def bring_in(self, path: Path) -> None:
        self._do(lambda desk: desk.bring_in(path), "window_create.shelf.brought", {})

    def take_out(self, path: Path, bundle: Bundle) -> None:
        number = len(bundle.styles) + len(bundle.presets)
        self._thread.ask(
            lambda engine: engine.desk.take_out(path, bundle),
            lambda _: self.said.emit("window_create.shelf.taken", {"number": number, "name": path.name}),
            self._refused,
        )

    def undo(self) -> None:
        """The last of what was done here and not taken back yet."""
        if self._before:
            before = self._before.pop()
            self._thread.ask(lambda engine: _put_back(engine, before), self._undone, self._refused)

    def _do(self, deed: Deed, code: str, data: Mapping[str, Datum]) -> None:
        self._thread.ask(lambda engine: _done(engine, deed), lambda done: self._did(done, code, data), self._refused)

    def _did(self, done: Done, code: str, data: Mapping[str, Datum]) -> None:
        before, supplies, brought = done
        self.known.emit(supplies)
        if before == supplies.own:
            self.said.emit("window_create.shelf.nothing_new", {})
            return
        self._before.append(before)
        told = dict(data) if brought is None else {"styles": brought.styles, "presets": brought.presets}
        self.done.emit(code, told)

    def _undone(self, supplies: Supplies) -> None:
        self.known.emit(supplies)
        self.said.emit("window_create.shelf.undone", {})

    def _refused(self, error: HangaError) -> None:
        self.said.emit(error.code, error.data)


def _done(engine: Engine, deed: Deed) -> Done:
    """For the engine's thread."""
    before = engine.desk.own()
    brought = deed(engine.desk)
    return before, read_supplies(engine), brought


def _put_back(engine: Engine, before: Bundle) -> Supplies:
    engine.desk.put_back(before)
    return read_supplies(engine)


def _shelve(desk: Desk, entry: Entry) -> None:
    if isinstance(entry, Style):
        desk.styles.keep(entry)
    else:
        desk.presets.keep(entry)


def _shelf(desk: Desk, entry: Entry) -> Any:
    return desk.styles if isinstance(entry, Style) else desk.presets


def _kind(entry: Entry) -> str:
    return "styles" if isinstance(entry, Style) else "presets"
