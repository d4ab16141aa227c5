"""MainWindow: the pages behind the rail, one notice at a time, and what concerns all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.create.page import CreatePage
from app.pages.gallery.page import GalleryPage
from app.pages.models.page import ModelsPage
from app.pages.queue.page import QueuePage
from app.pages.settings.page import SettingsPage
from app.widgets.notice_bar import DONE, INFO, WARNING, NoticeBar, place_notice
from app.window.keys import KeysDialog
from app.window.rail import Place, Rail
from core.engine import EngineChanged, Notice, Opening
from core.errors import EXIT_CODES, Datum, HangaError
from core.request import AUTO, Request

CREATE: Final = "create"
GALLERY: Final = "gallery"
MODELS: Final = "models"
QUEUE: Final = "queue"
SETTINGS: Final = "settings"
PLACES: Final = (
    Place(CREATE, "create", "Ctrl+1"),
    Place(GALLERY, "gallery", "Ctrl+2"),
    Place(MODELS, "models", "Ctrl+3"),
    Place(QUEUE, "queue", "Ctrl+4"),
    Place(SETTINGS, "settings", "Ctrl+,", foot=True),
)
SMALLEST: Final = (1024, 700)
USUAL: Final = (1440, 900)
GEOMETRY: Final = "geometry"

Data = Mapping[str, Datum]


class MainWindow(QMainWindow):
    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self.engine_thread = atelier, thread
        self.setObjectName("window")
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        self.setAcceptDrops(True)
        self.create_page = CreatePage(atelier, thread)
        self.gallery_page = GalleryPage(atelier, thread)
        self.models_page = ModelsPage(atelier, thread)
        self.queue_page = QueuePage(atelier, thread)
        self.settings_page = SettingsPage(atelier, thread)
        self._pages: dict[str, QWidget] = {
            CREATE: self.create_page,
            GALLERY: self.gallery_page,
            MODELS: self.models_page,
            QUEUE: self.queue_page,
            SETTINGS: self.settings_page,
        }
        self.notice = NoticeBar(atelier)
        self._rail = Rail(atelier, PLACES)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect_pages()
        self._connect_engine()
        self._add_shortcuts()
        self.go(CREATE)
        atelier.language.follow(self._say)

    def go(self, name: str) -> None:
        """Show the page `name`, and give it the keys."""
        self._stack.setCurrentWidget(self._pages[name])
        self._rail.show_chosen(name)
        self._pages[name].setFocus()

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return next(name for name, page in self._pages.items() if page is self._stack.currentWidget())

    def tell(self, code: str, data: Data | None = None) -> None:
        """One sentence, until the next; errors stay until they are closed."""
        kind = WARNING if code.partition(".")[0] in EXIT_CODES else INFO
        self._show_notice(code, data or {}, kind)

    def tell_undoable(self, code: str, data: Data, undo: Callable[[], None]) -> None:
        """One sentence about what was done, with the way back."""
        self._show_notice(code, data, DONE, undo)

    @Slot(object)
    def hear(self, notice: Notice) -> None:
        """What happened in the engine, in the window's thread."""
        if isinstance(notice, EngineChanged) and notice.code:
            self.tell(notice.code, notice.data)
        self.create_page.hear(notice)
        self.gallery_page.hear(notice)
        self.models_page.hear(notice)
        self.queue_page.hear(notice)
        self.settings_page.hear(notice)

    @Slot(object)
    def opened(self, opening: Opening) -> None:
        self.create_page.opened(opening)
        self.gallery_page.opened(opening)
        self.models_page.opened(opening)
        self.queue_page.opened(opening)
        self.settings_page.opened(opening)
        self.engine_thread.ask(lambda engine: engine.session.window(GEOMETRY), self._place)

    @Slot(object)
    def refused(self, error: HangaError) -> None:
        self.tell(error.code, error.data)

    @Slot(list)
    def visited(self, arguments: list[str]) -> None:
        """Another start of the program: this window is what it wants, with the files that it was given."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        if arguments:
            self.go(GALLERY)
            self.gallery_page.take_files([Path(each) for each in arguments])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.gallery_page.receive(event.mimeData()):
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What runs is put back into the queue; it goes on at the next start."""
        geometry = bytes(self.saveGeometry().data()).hex()
        self.engine_thread.ask(lambda engine: engine.session.keep_window(GEOMETRY, geometry))
        self.hide()
        self.engine_thread.close()
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.create_page.focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        place_notice(self.notice, self._stack)

    def _show_notice(self, code: str, data: Data, kind: str, undo: Callable[[], None] | None = None) -> None:
        self.notice.tell(self._atelier.language.say(code, **data), kind, undo)
        place_notice(self.notice, self._stack)

    def _lay_out(self) -> None:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._stack, 1)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self.notice.setParent(self._stack)
        self.setCentralWidget(whole)

    def _connect_pages(self) -> None:
        self._rail.chosen.connect(self.go)
        self.create_page.say.connect(self.tell)
        self.create_page.show_in_gallery.connect(self._show_in_gallery)
        self.gallery_page.say.connect(self.tell)
        self.gallery_page.done.connect(self._done_in_gallery)
        self.gallery_page.use.connect(self._use)
        self.gallery_page.models_dropped.connect(self._bring_in)
        self.models_page.say.connect(self.tell)
        self.models_page.use_model.connect(self._use_model)
        self.queue_page.say.connect(self.tell)
        self.queue_page.undoable.connect(self.tell_undoable)
        self.settings_page.say.connect(self.tell)
        self.settings_page.undoable.connect(self.tell_undoable)
        self.settings_page.keys_wanted.connect(self._show_keys)

    def _connect_engine(self) -> None:
        self.engine_thread.noticed.connect(self.hear)
        self.engine_thread.opened.connect(self.opened)
        self.engine_thread.failed.connect(self.refused)

    def _add_shortcuts(self) -> None:
        QShortcut(QKeySequence("Ctrl+Return"), self, self._generate)
        QShortcut(QKeySequence("Esc"), self, self.create_page.cancel)
        QShortcut(QKeySequence.StandardKey.HelpContents, self, self._show_keys)
        QShortcut(QKeySequence.StandardKey.Undo, self, self._undo)
        QShortcut(QKeySequence.StandardKey.Redo, self, self._redo)

    def _generate(self) -> None:
        self.create_page.generate()

    def _undo(self) -> None:
        """What was done last on the page that is shown."""
        if self.page == GALLERY:
            self.gallery_page.undo()
        elif self.page == QUEUE:
            self.queue_page.undo()
        elif self.page == SETTINGS:
            self.settings_page.undo()
        else:
            self.notice.undo()

    def _show_keys(self) -> None:
        KeysDialog(self._atelier, self).exec()

    def _redo(self) -> None:
        if self.page == GALLERY:
            self.gallery_page.redo()

    def _show_in_gallery(self, picture: int) -> None:
        self.go(GALLERY)
        self.gallery_page.select(picture)

    def _done_in_gallery(self, code: str, data: Data) -> None:
        self.tell_undoable(code, data, self.gallery_page.undo)

    def _use(self, request: Request) -> None:
        self.create_page.use(request)
        self.go(CREATE)

    def _use_model(self, name: str) -> None:
        self._use(replace(self.create_page.panel.request(), checkpoint=name, refiner=AUTO, width=None, height=None))

    def _bring_in(self, paths: list[str]) -> None:
        self.go(MODELS)
        self.models_page.bring_in([Path(each) for each in paths])

    def _place(self, geometry: object) -> None:
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromHex(geometry.encode()))

    def _say(self) -> None:
        self.setWindowTitle(self._atelier.language.say("window.title"))
