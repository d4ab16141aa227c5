"""Doing: what the commands of the menus mean, each a few words to the page that can do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QTextEdit,
)

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.widgets.notice_bar import NoticeBar
from app.window.commands import GALLERY, MODELS, PAGES, QUEUE, SETTINGS, STARS
from app.window.menus import Menus
from app.window.pages import GoesBack, GoesForth, Pages

if TYPE_CHECKING:
    from core.engine import Engine

Field = QLineEdit | QPlainTextEdit | QTextEdit

OF_GALLERY: Final = ("export", "collect", "tag", "trash", "compare", "blind", "use", "refine", "show_in_folder")
"""Commands that the gallery's own hands carry out."""

OPENED: Final = "*.png *.jpg *.jpeg *.webp *.safetensors"


class Doing:
    """`go` shows a page, by its name; `open_files` takes files as if they had been dropped."""

    def __init__(
        self,
        atelier: Atelier,
        thread: EngineThread,
        pages: Pages,
        notice: NoticeBar,
        go: Callable[[str], None],
        open_files: Callable[[list[Path]], None],
    ) -> None:
        self._atelier, self._thread, self._pages = atelier, thread, pages
        self._notice, self._go, self._open_files = notice, go, open_files

    def acts(self, window: QMainWindow, menus: Menus, leave: Callable[[], None]) -> Mapping[str, Callable[[], object]]:
        """By name of the command; pages are wanted only when it is given. `leave` closes the window, if the artist says
        so."""
        pages = self._pages
        return {
            **{name: partial(self._go, name) for name in PAGES},
            **{name: partial(self._to_pictures, name) for name in OF_GALLERY},
            **{name: partial(self._rate, number) for number, name in enumerate(STARS)},
            **{name: partial(self._to_text, name) for name in ("cut", "paste")},
            "reject": lambda: pages.gallery.hands.reject(),
            "details": lambda: pages.gallery.browser.search.details.toggle(),
            "copy": self._copy,
            "select_all": self._select_all,
            "find": self._find,
            "undo": partial(self._back, window),
            "redo": partial(self._forth, window),
            "generate": lambda: pages.create.generate(),
            "cancel": lambda: pages.create.cancel(),
            "pause": lambda: pages.queue.toggle_pause(),
            "clear": lambda: pages.queue.clear(),
            "open": partial(self._open, window),
            "pictures_folder": partial(self._show_folder, lambda engine: engine.home.pictures),
            "logs": partial(self._show_folder, lambda engine: engine.home.logs),
            "close": leave,
            "quit": leave,
            "full_screen": partial(_toggle_full_screen, window),
            "keys": partial(self.show_keys, window, menus),
            "about": self._about,
            "about_qt": QApplication.aboutQt,
        }

    def show_keys(self, window: QMainWindow, menus: Menus) -> None:
        from app.window.keys import KeysDialog  # Here, not above: a window does not wait for its dialogs.

        deeds = {QUEUE: self._pages.queue.deed_actions, MODELS: self._pages.models.deed_actions}
        dialog = KeysDialog(self._atelier, menus.actions_by_name, deeds, window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _page(self, window: QMainWindow) -> object:
        return next((page for page in self._pages.by_name.values() if page.isVisibleTo(window)), None)

    def _back(self, window: QMainWindow) -> None:
        """What was typed last, where somebody types; else what was done last on the page that is shown."""
        field, page = _field(), self._page(window)
        if field is not None:
            field.undo()
        elif isinstance(page, GoesBack):
            page.undo()
        else:
            self._notice.undo()

    def _forth(self, window: QMainWindow) -> None:
        field, page = _field(), self._page(window)
        if field is not None:
            field.redo()
        elif isinstance(page, GoesForth):
            page.redo()

    def _to_pictures(self, deed: str) -> None:
        self._pages.gallery.hands.do(deed)

    def _rate(self, stars: int) -> None:
        self._pages.gallery.hands.rate(stars)

    def _to_text(self, name: str) -> None:
        field = _field()
        if field is not None:
            getattr(field, name)()

    def _copy(self) -> None:
        if _field() is not None:
            self._to_text("copy")
        elif self._pages.gallery.isVisible():
            self._to_pictures("copy")

    def _select_all(self) -> None:
        """Words, where somebody types; else all that is in the list."""
        focus = QApplication.focusWidget()
        if isinstance(focus, Field | QAbstractItemView):
            focus.selectAll()

    def _find(self) -> None:
        self._go(GALLERY)
        self._pages.gallery.search()

    def _open(self, window: QMainWindow) -> None:
        """A picture gives its settings, a model is one for the models page."""
        say = self._atelier.language.say
        title, kinds = say("window_menu.open"), f"{say('window_menu.files')} ({OPENED})"
        dialog = QFileDialog(window, title, "", kinds, fileMode=QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda files: self._open_files([Path(each) for each in files]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_folder(self, of: Callable[[Engine], Path]) -> None:
        self._thread.ask(partial(_made, of), lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))

    def _about(self) -> None:
        self._go(SETTINGS)
        self._pages.settings.show_about()


def _field() -> Field | None:
    """Where somebody types now."""
    focus = QApplication.focusWidget()
    return focus if isinstance(focus, Field) else None


def _made(of: Callable[[Engine], Path], engine: Engine) -> Path:
    """Made where there is none yet, so that it can be opened."""
    folder = of(engine)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _toggle_full_screen(window: QMainWindow) -> None:
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()
