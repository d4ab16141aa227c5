"""Hands: what the keys and buttons of the gallery do with the pictures that are selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.atelier import Atelier
from app.background import Background
from app.engine_thread import EngineThread
from app.pages.gallery.browser import Browser
from app.pages.gallery.collecting import collection_menu
from app.pages.gallery.counts import Counts
from app.pages.gallery.deeds import Deeds
from app.pages.gallery.details import COPY_PROMPT, REFINE, SHOW_IN_FOLDER, USE, Details
from app.pages.gallery.export_dialog import ExportDialog
from app.pages.gallery.exporting import Exporting
from app.pages.gallery.folder import show_in_folder
from app.pages.gallery.refining import RefinePopup
from app.pages.gallery.selection_bar import COMPARED
from app.taking_out import TakingOut
from core.engine import MOST_PAIRS, Changes, Engine, Export

COMPARE, EXPORT, COLLECT, TAG, TRASH, COPY = "compare", "export", "collect", "tag", "trash", "copy"
BLIND = "blind"


class Hands(QObject):
    """`use` carries the Request of the picture in the details, `compare` numbers of pictures, `blind` prompts."""

    use = Signal(object)
    compare = Signal(list)
    blind = Signal(list)
    said = Signal(str, dict)

    def __init__(
        self, atelier: Atelier, thread: EngineThread, background: Background, browser: Browser, details: Details
    ) -> None:
        super().__init__()
        self._atelier, self._thread = atelier, thread
        self._browser, self._details = browser, details
        self._exporting = Exporting(thread, background)
        self.deeds = Deeds(thread)
        self.taking_out = TakingOut(thread, background)
        self.counts = Counts()
        self.collection: str | None = None
        """The one that is shown, if it is one."""
        self._acts: Final[Mapping[str, Callable[[], None]]] = {
            COMPARE: self._compare,
            BLIND: self._compare_blindly,
            EXPORT: self._export,
            COLLECT: self._collect,
            TAG: lambda: self._details.tags.setFocus(),
            TRASH: self._trash,
            COPY: self._copy,
            USE: self._use,
            COPY_PROMPT: self._copy_prompt,
            SHOW_IN_FOLDER: self._show_in_folder,
            REFINE: self._refine,
        }

    def do(self, act: str) -> None:
        """One of the words above, or of the details."""
        self._acts[act]()

    def rate(self, rating: int) -> None:
        pictures = self._browser.selected()
        self._browser.mark(pictures, rating=rating)
        self.deeds.rate(pictures, rating)

    def reject(self, rejected: bool | None = None) -> None:
        """None: the other way round for all, as it is for the first of them."""
        pictures = self._browser.selected()
        if not pictures:
            return
        if rejected is None:
            place = self._browser.outline.place(pictures[0])
            rejected = place is None or not self._browser.outline.glance(place).rejected
        self._browser.mark(pictures, rejected=rejected)
        self.deeds.reject(pictures, rejected)

    def tag(self, name: str) -> None:
        self.deeds.tag(self._browser.selected(), name)

    def untag(self, name: str) -> None:
        self.deeds.untag(self._browser.selected(), name)

    def _compare(self) -> None:
        pictures = self._browser.selected()
        if len(pictures) in COMPARED:
            self.compare.emit(pictures)
        else:
            self.said.emit("window_gallery.compare_how_many", {"least": COMPARED.start, "most": COMPARED.stop - 1})

    def _compare_blindly(self) -> None:
        pictures = self._browser.selected()[:MOST_PAIRS]
        self._thread.ask(
            lambda engine: [picture.prompt for picture in engine.library.pictures(pictures) if picture.prompt],
            self.blind.emit,
        )

    def _export(self) -> None:
        pictures = self._browser.selected()
        if not pictures or self._exporting.runs:
            return
        dialog = ExportDialog(self._atelier, self._exporting, pictures, self._browser.window())
        dialog.said.connect(self.said)
        dialog.finished.connect(dialog.deleteLater)
        self._thread.ask(_how, dialog.set_how)
        dialog.open()

    def _collect(self) -> None:
        pictures, deeds = self._browser.selected(), self.deeds
        if pictures:
            collection_menu(
                self._atelier,
                [label.name for label in self.counts.collections],
                self.collection,
                lambda name: deeds.collect(pictures, name),
                lambda name: deeds.uncollect(pictures, name),
                self._browser.selection.buttons[COLLECT],
            )

    def _trash(self) -> None:
        self.deeds.trash(self._browser.selected())

    def _copy(self) -> None:
        if pictures := self._browser.selected():
            self.taking_out.take(pictures, lambda mime: self._put_on_clipboard(mime, len(pictures)))

    def _put_on_clipboard(self, mime: QMimeData, number: int) -> None:
        QGuiApplication.clipboard().setMimeData(mime)
        code = "window_gallery.copied.one" if number == 1 else "window_gallery.copied.many"
        self.said.emit(code, {"number": number})

    def _use(self) -> None:
        if self._details.about is not None and self._details.about.picture.request is not None:
            self.use.emit(self._details.about.picture.request)

    def _copy_prompt(self) -> None:
        if self._details.about is not None:
            QGuiApplication.clipboard().setText(self._details.about.picture.prompt)
            self.said.emit("window_gallery.prompt_copied", {})

    def _show_in_folder(self) -> None:
        about = self._details.about
        if about is not None and not show_in_folder(about.picture.path):
            self.said.emit("window_gallery.no_folder", {"folder": str(about.picture.path.parent)})

    def _refine(self) -> None:
        about = self._details.about
        if about is None or about.record is None:
            return
        record = about.record

        def refine(handoff: float) -> None:
            asked = Changes(handoff=handoff)
            self._thread.ask(
                lambda engine: engine.refine(record, asked),
                lambda job: self.said.emit("window_gallery.refining", {}),
                lambda error: self.said.emit(error.code, error.data),
            )

        popup = RefinePopup(self._atelier, about, self._details)
        popup.chosen.connect(refine)
        popup.show_above(self._details.buttons[REFINE])


def _how(engine: Engine) -> Export:
    settings = engine.settings
    return Export(format=settings.export_format, quality=settings.export_quality, metadata=settings.export_metadata)
