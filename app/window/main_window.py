"""MainWindow: the pages behind the rail, one notice at a time, and what concerns all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.desktop.desktop import RUNNING, WAITING, Desktop
from app.engine_thread import EngineThread
from app.widgets.notice_bar import DONE, INFO, WARNING, NoticeBar
from app.window.aloud import Aloud
from app.window.closing import Closing
from app.window.commands import BLIND, COMPARING, CREATE, GALLERY, MODELS, PAGES, QUEUE, SETTINGS, command
from app.window.comparing import Comparing
from app.window.doing import Doing
from app.window.first_card import FirstCard
from app.window.meanwhile import Meanwhile
from app.window.menus import Menus
from app.window.pages import Pages
from app.window.rail import Place, Rail
from app.window.recent import Recent
from app.window.remembering import Remembering
from core.engine import EngineChanged, ModelRead, Notice
from core.errors import EXIT_CODES, Datum, HangaError
from core.events import StageStarted
from core.request import Request
from core.settings import Settings

if TYPE_CHECKING:
    from app.pages.create.page import CreatePage
    from app.pages.gallery.page import GalleryPage
    from app.pages.models.page import ModelsPage
    from app.pages.queue.page import QueuePage
    from app.pages.settings.page import SettingsPage
    from core.engine import Opening

PLACES: Final = tuple(
    Place(name, name, command(name).sequences[0], foot=name == SETTINGS)
    for name in (CREATE, GALLERY, MODELS, QUEUE, SETTINGS)
)
SMALLEST: Final = (1024, 700)
USUAL: Final = (1440, 900)
SLOW: Final = "window.slow"
LOOKING: Final = "window.looking"
QUIET: Final = (SLOW, LOOKING)
"""What is said only as long as nothing else is."""

Data = Mapping[str, Datum]


class MainWindow(QMainWindow):
    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self.engine_thread = atelier, thread
        self.setObjectName("window")
        self.resize(*USUAL)
        self.setAcceptDrops(True)
        self.pages = Pages(atelier, thread, self._page_came)
        self.notice, self._said = NoticeBar(atelier), ""
        self._say_again: Callable[[], None] = lambda: None
        self.first_card = FirstCard(atelier, thread)
        self._rail = Rail(atelier, PLACES)
        self._stack = QStackedWidget()
        self._remembering = Remembering(self, thread, self.go)
        self._is_paused = False
        self.menus = Menus(atelier, self._recent().entries)
        doing = Doing(atelier, thread, self.pages, self.notice, self.go, self._open_files)
        self._acts = doing.acts(self, self.menus, self.leave)
        self._comparing = Comparing(self.pages, self.go, self.tell, self.tell_undoable, self._use)
        self.desktop = Desktop(self, atelier.language, thread)
        self._closing = Closing(atelier, self)
        self._aloud = Aloud(self, atelier.language)
        self.meanwhile = Meanwhile(self, self.pages.make_all())
        self.setMenuBar(self.menus)
        self._lay_out()
        self._connect()
        self._connect_engine()
        self.go(CREATE)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    @property
    def create_page(self) -> CreatePage:
        return self.pages.create

    @property
    def gallery_page(self) -> GalleryPage:
        return self.pages.gallery

    @property
    def models_page(self) -> ModelsPage:
        return self.pages.models

    @property
    def queue_page(self) -> QueuePage:
        return self.pages.queue

    @property
    def settings_page(self) -> SettingsPage:
        return self.pages.settings

    def go(self, name: str) -> None:
        """Show the page `name`, and give it the keys."""
        page = self.pages.page(name)
        self._stack.setCurrentWidget(page)
        self._rail.show_chosen(name if name in PAGES else GALLERY)  # comparisons lead back there
        self.menus.show_page(name)
        self.first_card.place(name == CREATE)
        page.setFocus()

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return next(name for name, page in self.pages.by_name.items() if page is self._stack.currentWidget())

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
        elif isinstance(notice, StageStarted) and notice.note:
            self.tell(notice.note, notice.data)
        elif isinstance(notice, ModelRead):
            self._tell_read(notice)
        self._remembering.hear(notice)
        self.desktop.hear(notice)
        self._aloud.hear(notice)
        self.pages.hear(notice)

    @Slot(object)
    def opened(self, opening: Opening) -> None:
        self.pages.opened(opening)
        self.engine_thread.ask(lambda engine: engine.settings, self._apply)
        self._remembering.opened()
        self.first_card.opened()
        self.meanwhile.begin()  # not earlier: modules of other pages would wait for those of the engine

    @Slot(object)
    def refused(self, error: HangaError) -> None:
        self.tell(error.code, error.data)
        self.meanwhile.begin()

    @Slot(list)
    def visited(self, arguments: list[str]) -> None:
        """Another start of the program: this window is what it wants, with the files that it was given."""
        self._closing.stay()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        if arguments:
            self._open_files([Path(each) for each in arguments])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.gallery_page.receive(event.mimeData()):
            event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nothing that has the focus took."""
        if not self.menus.hear_late(event):
            super().keyPressEvent(event)

    def leave(self) -> None:
        """The artist wants to close the window, by its menu."""
        if self._closing.may(self._jobs_left()):
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What runs is put back into the queue; it goes on at the next start."""
        if event.spontaneous() and not self._closing.may(self._jobs_left()):
            event.ignore()
            return
        self._remembering.keep(self.page)
        self.hide()
        self.engine_thread.close()
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.desktop.shown()
        room = self.screen().availableSize()
        self.setMinimumSize(min(SMALLEST[0], room.width()), min(SMALLEST[1], room.height()))
        self.create_page.focus()

    def _show_notice(self, code: str, data: Data, kind: str, undo: Callable[[], None] | None = None) -> None:
        self._said, self._say_again = code, lambda: self._show_notice(code, data, kind, undo)
        self.notice.tell(self._atelier.language.say(code, **data), kind, undo)

    def _lay_out(self) -> None:
        whole = QWidget()
        self.notice.setParent(whole)  # first, so that Tab goes from the end of a page to it, and then to the rail
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.first_card)
        column.addWidget(self._stack, 1)
        # The page gives way at its foot: rows and pictures stay where they are while a notice comes and goes.
        column.addWidget(self.notice)
        row.addLayout(column, 1)
        self.setCentralWidget(whole)

    def _recent(self) -> Recent:
        return Recent(
            self._atelier,
            self._remembering,
            lambda: self.create_page.panel.prompts.prompt.history.prompts,
            self._use_prompt,
            lambda file: self._open_files([file]),
            self._use_model,
        )

    def _page_came(self, name: str, page: QWidget) -> None:
        """One was made, because somebody wants it."""
        self._stack.addWidget(page)
        connect: Mapping[str, Callable[[Any], None]] = {
            CREATE: self._connect_create,
            GALLERY: self._connect_gallery,
            MODELS: self._connect_models,
            QUEUE: self._connect_queue,
            SETTINGS: self._connect_settings,
            COMPARING: self._comparing.connect_compare,
            BLIND: self._comparing.connect_blind,
        }
        connect[name](page)

    def _connect_create(self, page: CreatePage) -> None:
        page.say.connect(self.tell)
        page.undoable.connect(self.tell_undoable)
        page.show_in_gallery.connect(self._show_in_gallery)

    def _connect_gallery(self, page: GalleryPage) -> None:
        page.say.connect(self.tell)
        page.done.connect(self._done_in_gallery)
        page.use.connect(self._use)
        page.models_dropped.connect(self._bring_in)
        self._comparing.connect_gallery(page)

    def _connect_models(self, page: ModelsPage) -> None:
        page.say.connect(self.tell)
        page.use_model.connect(self._use_model)
        page.full_models.connect(lambda full: self.first_card.need(not full))

    def _connect_queue(self, page: QueuePage) -> None:
        self.menus.add_queue_deeds(page.deed_actions)
        page.say.connect(self.tell)
        page.undoable.connect(self.tell_undoable)
        page.changed.connect(self._jobs_changed)

    def _connect_settings(self, page: SettingsPage) -> None:
        page.say.connect(self.tell)
        page.undoable.connect(self.tell_undoable)
        page.keys_wanted.connect(self._acts["keys"])
        page.changed.connect(self._apply)

    def _connect(self) -> None:
        self.menus.asked.connect(self._do)
        self._rail.chosen.connect(self.go)
        self.first_card.get.connect(lambda: self.go(MODELS))
        self.first_card.have.connect(self._point_to_models)
        self._closing.decided.connect(lambda choice: self.settings_page.change("closing", choice))
        self.desktop.wanted.connect(lambda: self.visited([]))
        self.desktop.idle.connect(self._closing.idle)

    def _connect_engine(self) -> None:
        self.engine_thread.noticed.connect(self.hear)
        self.engine_thread.opened.connect(self.opened)
        self.engine_thread.failed.connect(self.refused)
        self.engine_thread.patience.lost.connect(self._lose_patience)
        self.engine_thread.patience.regained.connect(self._go_on)

    def _tell_read(self, notice: ModelRead) -> None:
        """Only where it takes the place of nothing else."""
        if self._said in QUIET or not self.notice.isVisible():
            self.tell(LOOKING, {"name": notice.name, "percent": round(100 * notice.share)})

    def _lose_patience(self) -> None:
        self.tell(SLOW)

    def _go_on(self) -> None:
        """What took so long is done, and needs no words any more."""
        if self._said == SLOW:
            self.notice.dismiss()

    def _apply(self, settings: Settings) -> None:
        self.desktop.apply(settings)
        self._closing.apply(settings)

    def _jobs_changed(self) -> None:
        self._is_paused = self.queue_page.paused
        self.desktop.show_jobs(self.queue_page.rows, self._is_paused)
        self._say_pause()

    def _jobs_left(self) -> int:
        """Those that would be made if the window stayed."""
        return sum(row.state in (RUNNING, WAITING) for row in self.queue_page.rows) if self.desktop.works else 0

    def _do(self, name: str) -> None:
        self._acts[name]()

    def _show_in_gallery(self, picture: int) -> None:
        self.go(GALLERY)
        self.gallery_page.select(picture)

    def _done_in_gallery(self, code: str, data: Data) -> None:
        self.tell_undoable(code, data, self.gallery_page.undo)

    def _use(self, request: Request) -> None:
        self.create_page.use(request)
        self.go(CREATE)

    def _use_prompt(self, text: str) -> None:
        self.go(CREATE)
        self.create_page.panel.prompts.prompt.set_text(text)

    def _use_model(self, name: str) -> None:
        self.create_page.use_model(name)
        self.go(CREATE)

    def _bring_in(self, paths: list[str]) -> None:
        self.go(MODELS)
        self.models_page.bring_in([Path(each) for each in paths])

    def _point_to_models(self) -> None:
        self.go(MODELS)
        self.models_page.choose_files()

    def _open_files(self, files: list[Path]) -> None:
        self.go(GALLERY)
        for file in files:
            self._remembering.file_opened(file)
        self.gallery_page.take_files(files)

    def _say_pause(self) -> None:
        self.menus.show_words("pause", f"window_menu.{'resume' if self._is_paused else 'pause'}")

    def _dress(self) -> None:
        """The window, and not the application: so what is put together for it is dressed once, when it comes in."""
        self.setStyleSheet(self._atelier.look.sheet)

    def _say(self) -> None:
        self.setWindowTitle(self._atelier.language.say("window.title"))
        self._say_pause()
        if self.notice.isVisible():
            self._say_again()
