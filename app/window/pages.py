"""Pages: the pages of the window, and what is told to all of them alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.compare.blind import BlindPage
from app.pages.compare.page import ComparePage
from app.pages.create.page import CreatePage
from app.pages.gallery.page import GalleryPage
from app.pages.models.page import ModelsPage
from app.pages.queue.page import QueuePage
from app.pages.settings.page import SettingsPage
from app.window.commands import BLIND, COMPARING, CREATE, GALLERY, MODELS, QUEUE, SETTINGS
from core.engine import Notice, Opening


class Page(Protocol):
    """What every page can do."""

    def hear(self, notice: Notice) -> None:
        """What happened in the engine."""

    def opened(self, opening: Opening) -> None:
        """The engine is there."""


@runtime_checkable
class GoesBack(Protocol):
    """A page that knows the way back from what was done last on it."""

    def undo(self) -> None: ...


@runtime_checkable
class GoesForth(Protocol):
    def redo(self) -> None: ...


class Pages:
    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        self.create: Final = CreatePage(atelier, thread)
        self.gallery: Final = GalleryPage(atelier, thread)
        self.models: Final = ModelsPage(atelier, thread)
        self.queue: Final = QueuePage(atelier, thread)
        self.settings: Final = SettingsPage(atelier, thread)
        self.compare: Final = ComparePage(atelier, thread)
        self.blind: Final = BlindPage(atelier, thread, self.create.panel.request)
        self._all: tuple[Page, ...] = (
            *(self.create, self.gallery, self.models, self.queue, self.settings),
            *(self.compare, self.blind),
        )
        self.by_name: Final[Mapping[str, QWidget]] = {
            CREATE: self.create,
            GALLERY: self.gallery,
            MODELS: self.models,
            QUEUE: self.queue,
            SETTINGS: self.settings,
            COMPARING: self.compare,
            BLIND: self.blind,
        }

    def hear(self, notice: Notice) -> None:
        for page in self._all:
            page.hear(notice)

    def opened(self, opening: Opening) -> None:
        for page in self._all:
            page.opened(opening)
