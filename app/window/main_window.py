"""MainWindow: the pages behind the rail, one notice at a time, and what concerns all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.desktop.desktop import RUNNING, WAITING, Desktop
from app.engine_thread import EngineThread
from app.widgets.notice_bar import DONE, INFO, WARNING, NoticeBar, place_notice
from app.window.aloud import Aloud
from app.window.closing import Closing
from app.window.commands import CREATE, GALLERY, MODELS, PAGES, QUEUE, SETTINGS, command
from app.window.comparing import Comparing
from app.window.doing import Doing
from app.window.first_card import FirstCard
from app.window.menus import Menus
from app.window.pages import Pages
from app.window.rail import Place, Rail
from app.window.recent import Recent
from app.window.remembering import Remembering
from core.engine import EngineChanged, ModelRead, Notice, Opening
from core.errors import EXIT_CODES, Datum, HangaError
from core.events import StageStarted
from core.request import Request

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
        self.pages = Pages(atelier, thread)
        self.create_page, self.gallery_page = self.pages.create, self.pages.gallery
        self.models_page, self.queue_page = self.pages.models, self.pages.queue
        self.settings_page = self.pages.settings
        self.notice, self._said = NoticeBar(atelier), ""
        self._say_again: Callable[[], None] = lambda: None
        self.first_card = FirstCard(atelier, thread)
        self._rail = Rail(atelier, PLACES)
        self._stack = QStackedWidget()
        self._remembering = Remembering(self, thread, self.go)
        self.menus = Menus(atelier, self._recent().entries, self.queue_page.deed_actions)
        doing = Doing(atelier, thread, self.pages, self.notice, self.go, self._open_files)
        self._acts = doing.acts(self, self.menus, self.leave)
        self.desktop = Desktop(self, atelier.language, thread)
        self._closing = Closing(atelier, self)
        self._aloud = Aloud(self, atelier.language)
        self.setMenuBar(self.menus)
        self._lay_out()
        self._connect_pages()
        self._connect_engine()
        self._connect_desktop()
        self.go(CREATE)
        atelier.language.follow(self._say)

    def go(self, name: str) -> None:
        """Show the page `name`, and give it the keys."""
        page = self.pages.by_name[name]
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
        self._remembering.opened()
        self.first_card.opened()

    @Slot(object)
    def refused(self, error: HangaError) -> None:
        self.tell(error.code, error.data)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        place_notice(self.notice, self._stack)

    def _show_notice(self, code: str, data: Data, kind: str, undo: Callable[[], None] | None = None) -> None:
        self._said, self._say_again = code, lambda: self._show_notice(code, data, kind, undo)
        self.notice.tell(self._atelier.language.say(code, **data), kind, undo)
        place_notice(self.notice, self._stack)

    def _lay_out(self) -> None:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.first_card)
        column.addWidget(self._stack, 1)
        row.addLayout(column, 1)
        for page in self.pages.by_name.values():
            self._stack.addWidget(page)
        self.notice.setParent(self._stack)
        self.setCentralWidget(whole)

    def _recent(self) -> Recent:
        prompt = self.create_page.panel.prompts.prompt

        def use_prompt(text: str) -> None:
            self.go(CREATE)
            prompt.set_text(text)

        return Recent(
            self._atelier,
            self._remembering,
            lambda: prompt.history.prompts,
            use_prompt,
            lambda file: self._open_files([file]),
            self._use_model,
        )

    def _connect_pages(self) -> None:
        self.menus.asked.connect(self._do)
        self._rail.chosen.connect(self.go)
        self.create_page.say.connect(self.tell)
        self.create_page.undoable.connect(self.tell_undoable)
        self.create_page.show_in_gallery.connect(self._show_in_gallery)
        self.gallery_page.say.connect(self.tell)
        self.gallery_page.done.connect(self._done_in_gallery)
        self.gallery_page.use.connect(self._use)
        self.gallery_page.models_dropped.connect(self._bring_in)
        self.models_page.say.connect(self.tell)
        self.models_page.use_model.connect(self._use_model)
        self.models_page.full_models.connect(lambda full: self.first_card.need(not full))
        self.first_card.get.connect(lambda: self.go(MODELS))
        self.first_card.have.connect(self._point_to_models)
        self.queue_page.say.connect(self.tell)
        self.queue_page.undoable.connect(self.tell_undoable)
        self.queue_page.changed.connect(self._say_pause)
        self.settings_page.say.connect(self.tell)
        self.settings_page.undoable.connect(self.tell_undoable)
        self.settings_page.keys_wanted.connect(self._acts["keys"])
        self._comparing = Comparing(self.pages, self.go, self.tell, self.tell_undoable, self._use)

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

    def _connect_desktop(self) -> None:
        self.queue_page.changed.connect(self._jobs_changed)
        self.settings_page.changed.connect(self.desktop.apply)
        self.settings_page.changed.connect(self._closing.apply)
        self._closing.decided.connect(lambda choice: self.settings_page.change("closing", choice))
        self.desktop.wanted.connect(lambda: self.visited([]))
        self.desktop.idle.connect(self._closing.idle)

    def _jobs_changed(self) -> None:
        self.desktop.show_jobs(self.queue_page.rows, self.queue_page.paused)

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
        self.menus.show_words("pause", f"window_menu.{'resume' if self.queue_page.paused else 'pause'}")

    def _say(self) -> None:
        self.setWindowTitle(self._atelier.language.say("window.title"))
        self._say_pause()
        if self.notice.isVisible():
            self._say_again()
