"""Pages: the pages of the window, and what is told to all of them alike.

A page is made when it is first wanted, and the modules that it is made of are fetched then: a window can be used as
soon as the one page is there that is seen. `Meanwhile` wants the others when the engine is there and nothing else is
to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, runtime_checkable

from PySide6.QtWidgets import QWidget

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.window.commands import BLIND, COMPARING, CREATE, GALLERY, MODELS, QUEUE, SETTINGS
from core.engine import EngineChanged, Notice

if TYPE_CHECKING:
    from app.pages.compare.blind import BlindPage
    from app.pages.compare.page import ComparePage
    from app.pages.create.page import CreatePage
    from app.pages.gallery.page import GalleryPage
    from app.pages.models.page import ModelsPage
    from app.pages.queue.page import QueuePage
    from app.pages.settings.page import SettingsPage
    from core.engine import Opening

    AnyPage = CreatePage | GalleryPage | ModelsPage | QueuePage | SettingsPage | ComparePage | BlindPage

P = TypeVar("P", bound="AnyPage")

MODULES: Final = {
    QUEUE: "app.pages.queue.page",
    MODELS: "app.pages.models.page",
    GALLERY: "app.pages.gallery.page",
    SETTINGS: "app.pages.settings.page",
    COMPARING: "app.pages.compare.page",
    BLIND: "app.pages.compare.blind",
}
"""Of the pages that are not seen at first; foremost are those of which menus and cards show something."""


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
    """`came` is called with the name of each page and the page, when it is made."""

    def __init__(self, atelier: Atelier, thread: EngineThread, came: Callable[[str, QWidget], None]) -> None:
        self._atelier, self._thread, self._came = atelier, thread, came
        self._opening: Opening | None = None
        self._state: EngineChanged | None = None
        self._made: list[Page] = []
        self.by_name: Final[dict[str, QWidget]] = {}
        """Those that are made."""
        self._ways: Final[Mapping[str, Callable[[], QWidget]]] = {
            CREATE: lambda: self.create,
            GALLERY: lambda: self.gallery,
            QUEUE: lambda: self.queue,
            MODELS: lambda: self.models,
            SETTINGS: lambda: self.settings,
            COMPARING: lambda: self.compare,
            BLIND: lambda: self.blind,
        }

    def page(self, name: str) -> QWidget:
        return self._ways[name]()

    def make_all(self) -> Iterator[None]:
        """Those that nobody has wanted yet, in steps of a moment each: modules are fetched, then a page is made."""
        for name, module in MODULES.items():
            if name not in self.by_name:
                import_module(module)
                yield
                self.page(name)
                yield

    @cached_property
    def create(self) -> CreatePage:
        from app.pages.create.page import CreatePage

        return self._welcome(CREATE, CreatePage(self._atelier, self._thread))

    @cached_property
    def gallery(self) -> GalleryPage:
        from app.pages.gallery.page import GalleryPage

        return self._welcome(GALLERY, GalleryPage(self._atelier, self._thread))

    @cached_property
    def models(self) -> ModelsPage:
        from app.pages.models.page import ModelsPage

        return self._welcome(MODELS, ModelsPage(self._atelier, self._thread))

    @cached_property
    def queue(self) -> QueuePage:
        from app.pages.queue.page import QueuePage

        return self._welcome(QUEUE, QueuePage(self._atelier, self._thread))

    @cached_property
    def settings(self) -> SettingsPage:
        from app.pages.settings.page import SettingsPage

        return self._welcome(SETTINGS, SettingsPage(self._atelier, self._thread))

    @cached_property
    def compare(self) -> ComparePage:
        from app.pages.compare.page import ComparePage

        return self._welcome(COMPARING, ComparePage(self._atelier, self._thread))

    @cached_property
    def blind(self) -> BlindPage:
        from app.pages.compare.blind import BlindPage

        return self._welcome(BLIND, BlindPage(self._atelier, self._thread, lambda: self.create.panel.request()))

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, EngineChanged):
            self._state = notice
        for page in self._made:
            page.hear(notice)

    def opened(self, opening: Opening) -> None:
        self._opening = opening
        for page in self._made:
            page.opened(opening)

    def _welcome(self, name: str, page: P) -> P:
        """It is told what it has missed: that the engine is there, and how it is."""
        self._made.append(page)
        self.by_name[name] = page
        self._came(name, page)
        if self._opening is not None:
            page.opened(self._opening)
        if self._state is not None:
            page.hear(self._state)
        return page
