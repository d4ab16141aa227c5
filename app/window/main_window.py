"""MainWindow: the pages behind the rail, one notice at a time, and what concerns all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.create.page import CreatePage
from app.widgets.notice_bar import INFO, WARNING, NoticeBar, place_notice
from app.window.rail import Place, Rail
from core.engine import EngineChanged, Notice, Opening
from core.errors import Datum, HangaError

CREATE: Final = "create"
SMALLEST: Final = (1024, 700)
GEOMETRY: Final = "geometry"


class Page(Protocol):
    """What every page can be told."""

    def hear(self, notice: Notice) -> None: ...
    def opened(self, opening: Opening) -> None: ...


class MainWindow(QMainWindow):
    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self.engine_thread = atelier, thread
        self.setObjectName("window")
        self.setMinimumSize(*SMALLEST)
        self.resize(1440, 900)
        self.create_page = CreatePage(atelier, thread)
        self._pages: dict[str, QWidget] = {CREATE: self.create_page}
        self.notice = NoticeBar(atelier)
        self._rail = Rail(atelier, PLACES)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.go(CREATE)
        atelier.language.follow(self._say)

    def go(self, name: str) -> None:
        """Show the page `name`."""
        self._stack.setCurrentWidget(self._pages[name])
        self._rail.show_chosen(name)

    def tell(self, code: str, data: Mapping[str, Datum] | None = None, kind: str = INFO) -> None:
        """One sentence, until the next."""
        self.notice.tell(self._atelier.language.say(code, **(data or {})), kind)
        place_notice(self.notice, self._stack)

    @Slot(object)
    def hear(self, notice: Notice) -> None:
        """What happened in the engine, in the window's thread."""
        if isinstance(notice, EngineChanged) and notice.code:
            self.tell(notice.code, notice.data, WARNING)
        for page in self._pages.values():
            page.hear(notice)  # type: ignore[attr-defined]

    @Slot(object)
    def opened(self, opening: Opening) -> None:
        for page in self._pages.values():
            page.opened(opening)  # type: ignore[attr-defined]

    @Slot(object)
    def refused(self, error: HangaError) -> None:
        self.tell(error.code, error.data, WARNING)

    @Slot(list)
    def visited(self, arguments: list[str]) -> None:
        """Another start of the program: this window is what it wants."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

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

    def _connect(self) -> None:
        self._rail.chosen.connect(self.go)
        self.create_page.say.connect(self.tell)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.create_page.generate)
        QShortcut(QKeySequence("Esc"), self, self.create_page.cancel)
        QShortcut(QKeySequence.StandardKey.Undo, self, self._undo)
        self.engine_thread.noticed.connect(self.hear)
        self.engine_thread.opened.connect(self.opened)
        self.engine_thread.opened.connect(self._restore)
        self.engine_thread.failed.connect(self.refused)

    def _undo(self) -> None:
        self.notice.undo()

    @Slot(object)
    def _restore(self, opening: Opening) -> None:
        self.engine_thread.ask(lambda engine: engine.session.window(GEOMETRY), self._place)

    def _place(self, geometry: object) -> None:
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromHex(geometry.encode()))

    def _say(self) -> None:
        self.setWindowTitle(self._atelier.language.say("window.title"))


PLACES: Final = (Place(CREATE, "create", "Ctrl+1"),)
