"""GalleryPage: puts the gallery together, and knows what a key, a drop or a word of the engine means there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.atelier import Atelier
from app.background import Background
from app.engine_thread import BACKGROUND, EngineThread
from app.pages.gallery.about import About
from app.pages.gallery.bin import Bin
from app.pages.gallery.bringing_in import BringingIn, can_be_taken
from app.pages.gallery.browser import Browser
from app.pages.gallery.counts import Counts, count
from app.pages.gallery.details import Details
from app.pages.gallery.enlarging import Enlarging
from app.pages.gallery.filters import Filters
from app.pages.gallery.hands import BLIND, COMPARE, COPY, EXPORT, TAG, TRASH, Hands
from app.pages.gallery.import_report import ImportReport
from app.pages.gallery.outline import Outline
from app.pages.gallery.picture_keys import WHOLE_SCREEN
from app.pages.gallery.results import Results
from app.pages.gallery.search_words import Term, parse
from app.pages.gallery.showing import Showing
from app.pages.gallery.thumbnails import Thumbnails
from app.widgets.own_keys import OwnKeys
from core.engine import Adopting, Glance, Imported, Notice, Opening, PicturesChanged, Query
from core.settings import Settings

LOOKED_AFTER_MS: Final = 60
"""So that details are not fetched for what the arrows fly past."""
COUNTED_AFTER_MS: Final = 250
REFRESHED_AFTER_MS: Final = 120

KEYS: Final = {
    Qt.Key.Key_Delete: TRASH,
    Qt.Key.Key_Backspace: TRASH,
    Qt.Key.Key_B: BLIND,
    Qt.Key.Key_C: COMPARE,
    Qt.Key.Key_T: TAG,
    Qt.Key.Key_E: EXPORT,
}
"""Alone; figures rate, X rejects, I shows the details or not."""


class GalleryPage(QWidget):
    """`say`: a sentence by code and data; `done`: the same, of something that `undo` takes back. `use`: a Request whose
    settings are wanted; `compare`: numbers of pictures; `blind`: prompts of pictures, for a blind comparison;
    `models_dropped`: paths of model files."""

    say = Signal(str, dict)
    done = Signal(str, dict)
    use = Signal(object)
    compare = Signal(list)
    blind = Signal(list)
    models_dropped = Signal(list)

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self._thread = atelier, thread
        self._selecting: int | None = None
        self._dragging = False
        self._place = 0
        self.setObjectName("gallery")
        self.setAcceptDrops(True)
        background = Background(self)
        self.filters, self.details = Filters(atelier), Details(atelier)
        self.browser = Browser(atelier, self._ask, self._carry)
        self.hands = Hands(atelier, thread, background, self.browser, self.details)
        self._results = Results(thread, self._describe)
        self._thumbnails = Thumbnails(thread, self.browser.grid.pictures.deliver)
        self._showing, self.bin = Showing(thread, background), Bin(thread, self.browser.trash)
        self.enlarging = Enlarging(atelier, self.browser, self._showing)
        self.bringing_in = BringingIn(background)
        self._look = self._timer(LOOKED_AFTER_MS, self._look_at_selection)
        self._count = self._timer(COUNTED_AFTER_MS, self._ask_counts)
        self._refresh = self._timer(REFRESHED_AFTER_MS, self._results.refresh)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.filters)
        row.addWidget(self.browser, 1)
        row.addWidget(self.details)
        OwnKeys(self, WHOLE_SCREEN[1:])
        self.setFocusProxy(self.browser.grid)
        self._connect_what_is_shown()
        self._connect_what_is_done()
        self._add_shortcuts()

    # What the main window calls

    def opened(self, opening: Opening) -> None:
        self._results.ask(Query())
        self._ask_counts()

    def hear(self, notice: Notice) -> None:
        """Pictures came or changed: shown without losing the selection or the place."""
        if isinstance(notice, Adopting):
            self._adopting(notice.done, notice.count)
        if isinstance(notice, PicturesChanged):
            self._refresh.start()
            self._count.start()
            about = self.details.about
            if about is not None and (not notice.pictures or about.picture.id in notice.pictures):
                self._look.start()

    def select(self, picture: int) -> None:
        """Show this picture in the grid, among all if it is not among those that are shown."""
        self.browser.show_grid()
        if not self.browser.go_to(picture):
            self._selecting = picture
            self.browser.search.set_line("")

    def undo(self) -> None:
        self.hands.deeds.undo()

    def redo(self) -> None:
        self.hands.deeds.redo()

    def receive(self, mime: QMimeData) -> bool:
        """Something was dropped on the window; whether it was for the gallery to take."""
        taken = can_be_taken(mime)
        if taken:
            self.bringing_in.take(mime)
        return taken

    def take_files(self, files: Sequence[Path]) -> None:
        """As if they had been dropped here."""
        self.bringing_in.take_files(files)

    # What Qt calls

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = Qt.Key(event.key()), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.text() and event.text() in "012345":
            self.hands.rate(int(event.text()))
        elif plain and key == Qt.Key.Key_X:
            self.hands.reject()
        elif plain and key == Qt.Key.Key_I:
            self.browser.search.details.toggle()
        elif plain and key in WHOLE_SCREEN:
            self.enlarging.toggle_full_screen()
        elif plain and key in KEYS:
            self.hands.do(KEYS[key])
        elif key == Qt.Key.Key_Escape and self.browser.is_trash:
            self._leave_trash()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_be_taken(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.receive(event.mimeData())

    def showEvent(self, event: QShowEvent) -> None:
        """Settings and marks may have changed while another page was seen."""
        super().showEvent(event)
        self.hands.taking_out.forget()
        self._refresh.start()
        self._thread.ask(lambda engine: engine.settings, self._show_settings, urgency=BACKGROUND)

    # Inside

    def _connect_what_is_shown(self) -> None:
        search, grid, browser = self.browser.search, self.browser.grid, self.browser
        search.asked.connect(self._asked)
        search.left.connect(grid.setFocus)
        search.details_toggled.connect(self._show_details)
        self.filters.chosen.connect(self._filter)
        self.filters.trash.connect(self._show_trash)
        self.filters.blind.connect(lambda: self.hands.do(BLIND))
        self._results.begun.connect(self._begun)
        self._results.found.connect(self._found)
        grid.selection_changed.connect(self._selection_changed)
        grid.current_changed.connect(self._look.start)
        browser.shown_changed.connect(self._shown_changed)
        self._showing.known.connect(self._known)
        self._showing.sharper.connect(lambda number, image: self.details.picture.show_image(image))
        self._showing.gone.connect(lambda number: self.details.show_nothing())

    def _connect_what_is_done(self) -> None:
        hands, details, browser = self.hands, self.details, self.browser
        details.asked.connect(hands.do)
        details.rated.connect(hands.rate)
        details.rejected.connect(hands.reject)
        details.tagged.connect(hands.tag)
        details.untagged.connect(hands.untag)
        details.relative_chosen.connect(self.select)
        browser.selection.asked.connect(hands.do)
        browser.large.rated.connect(hands.rate)
        browser.large.rejected.connect(hands.reject)
        browser.large.drag_requested.connect(self._drag)
        browser.trash.restored.connect(hands.deeds.restore)
        self.bin.emptied.connect(self._count.start)
        hands.deeds.changed.connect(self._changed)
        hands.deeds.portions.went_on.connect(self._doing)
        hands.deeds.portions.over.connect(browser.doing.end)
        browser.doing.stopped.connect(hands.deeds.portions.stop)
        hands.deeds.done.connect(self.done)
        hands.taking_out.ready.connect(self._go_on_dragging)
        hands.use.connect(self.use)
        hands.compare.connect(self.compare)
        hands.blind.connect(self.blind)
        self.bringing_in.came.connect(self._came)
        self.bringing_in.models.connect(self.models_dropped)
        for teller in (hands, hands.deeds, self.bin, hands.taking_out, self.bringing_in, self._showing):
            teller.said.connect(self.say)

    def _add_shortcuts(self) -> None:
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.search)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.browser.grid)
        copy.activated.connect(lambda: self.hands.do(COPY))
        copy_large = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.browser.large)
        copy_large.activated.connect(lambda: self.hands.do(COPY))
        for shortcut in (find, copy, copy_large):
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _timer(self, interval: int, act: object) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=interval)
        timer.timeout.connect(act)
        return timer

    def _describe(self, glance: Glance) -> str:
        """For who cannot see the picture. May be called in any thread."""
        language = self._atelier.language
        size = language.say("window_gallery.glance", width=glance.width, height=glance.height)
        stars = language.count("window.rating.stars", glance.rating) if glance.rating else ""
        rejected = language.say("window_gallery.filter.rejected") if glance.rejected else ""
        return ", ".join(filter(None, (size, stars, rejected)))

    def _ask(self, wanted: list[str]) -> None:
        self._thumbnails.ask(wanted)

    # Questions and answers

    def _asked(self, line: str, order: str) -> None:
        query = replace(parse(line), order=order)
        self.hands.collection = query.collection
        self.filters.show_line(line)
        self._leave_trash()
        if query != self._results.query or self._selecting is not None:
            self._results.ask(query)

    def _filter(self, term: Term | None) -> None:
        self._leave_trash()
        self.browser.search.toggle(term)

    def search(self) -> None:
        """Where one types what is searched for."""
        self.browser.show_grid()
        self.browser.search.edit.setFocus()
        self.browser.search.edit.selectAll()

    def _begun(self, outline: Outline) -> None:
        self.browser.begin(outline)

    def _found(self, outline: Outline) -> None:
        """All of them; where something was thrown away, its neighbour is selected."""
        had_one = self.browser.grid.current() is not None
        self.browser.show_all(outline)
        if not len(outline):
            anything = bool(self.browser.search.line)
            self.browser.show_nothing("window_gallery.nothing_found" if anything else "window_gallery.empty")
        elif self._selecting is not None and self.browser.go_to(self._selecting):
            self.browser.show_grid()
        elif had_one and self.browser.grid.current() is None:
            self.browser.go_to_place(min(self._place, len(outline) - 1))
        self._selecting = None

    def _ask_counts(self) -> None:
        self._thread.ask(count, self._counted, urgency=BACKGROUND)

    def _counted(self, counts: Counts) -> None:
        self.hands.counts = counts
        self.filters.show_counts(counts)
        self.details.set_known_tags([label.name for label in counts.tags])

    def _changed(self) -> None:
        """Something was done or undone here."""
        self.hands.taking_out.forget()
        self._results.refresh()
        self._count.start()
        self._look.start()
        if self.browser.is_trash:
            self.bin.read()

    def _adopting(self, done: int, count: int) -> None:
        """New files are being read, as at the first start with a folder full of them."""
        if done < count:
            self.browser.adopting.show_progress("window_gallery.progress.adopting", done, count, can_stop=False)
        else:
            self.browser.adopting.end()

    def _doing(self, done: int, count: int) -> None:
        self.browser.doing.show_progress("window_gallery.progress.doing", done, count, can_stop=True)

    # The selection, and one picture

    def _selection_changed(self) -> None:
        count = self.browser.grid.selected_count()
        self.browser.selection.show_selection(0 if self.browser.is_trash else count)
        row = self.browser.grid.currentIndex().row()
        self._place = row if row >= 0 else self._place
        self._look.start()

    def _look_at_selection(self) -> None:
        current = self.browser.grid.current()
        number = None if current is None else int(current)
        if number is None or not self.browser.grid.selected_count():
            self._showing.show_details(None)
            self.details.show_nothing()
            return
        self._showing.show_details(number)
        if self.browser.grid.selected_count() == 1 and not self.browser.is_trash:
            self.hands.taking_out.prepare([number])

    def _known(self, about: About) -> None:
        place = self.browser.outline.place(about.picture.id)
        thumbnail = None if place is None else self.browser.grid.pictures.thumbnail(place)
        self.details.show_picture(about, thumbnail)

    def _shown_changed(self) -> None:
        self.filters.setVisible(not self.browser.is_large)
        self.filters.show_trash(self.browser.is_trash)
        self._show_details()

    def _show_details(self) -> None:
        """Beside pictures, if they are wanted; what lies in the trash has none."""
        self.details.setVisible(self.browser.search.details.isChecked() and not self.browser.is_trash)

    # Out and in

    def _carry(self, identities: list[str]) -> QMimeData | None:
        mime = self.hands.taking_out.take([int(each) for each in identities])
        self._dragging = mime is None
        return mime

    def _drag(self) -> None:
        self.browser.grid.startDrag(Qt.DropAction.CopyAction)

    def _go_on_dragging(self) -> None:
        """The files of a drag are ready; it goes on if the picture is still held."""
        if self._dragging and QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._drag()
        self._dragging = False

    def _show_settings(self, settings: Settings) -> None:
        self.browser.selection.show_format(settings.export_format, settings.export_metadata)

    def _came(self, imported: Imported, name: str) -> None:
        """The settings of a picture from elsewhere: in use at once, and what is missing of them in a panel."""
        self.use.emit(imported.request)
        if imported.unmatched:
            ImportReport(self._atelier, imported, name, self.window()).show()
        else:
            self.say.emit("window_gallery.settings_taken", {"name": name})

    # The trash

    def _show_trash(self) -> None:
        self.browser.show_trash()
        self.browser.selection.hide()
        self.bin.read()

    def _leave_trash(self) -> None:
        if self.browser.is_trash:
            self.browser.show_grid()
            self._selection_changed()
