"""ModelsPage: which models there are, what each is, and how others come in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.engine_thread import BACKGROUND, EngineThread
from app.look.metrics import APART, GROUP
from app.pages.models.get_card import GetCard
from app.pages.models.import_card import ImportCard
from app.pages.models.importer import Candidate, Importer
from app.pages.models.model import ModelFiles
from app.pages.models.wording import title_of
from app.widgets.buttons import TextButton
from app.widgets.deed_bar import Deed, DeedBar
from app.widgets.entry_list import EntryList
from app.widgets.page_head import PageHead
from app.widgets.sizes import spoken_bytes
from core.engine import Engine, ModelEntry, Notice, Opening, discard_model, model_entries
from core.errors import HangaError

BASE, REFINER = "base", "refiner"
OWN, BUILT_IN = "own", "built in"
"""As `core.library.model_entries` has them."""


class ModelsPage(QWidget):
    """`use_model` carries the name or path of a model for the Create page; `say` is for the notice bar."""

    say = Signal(str, dict)
    use_model = Signal(str)
    full_models = Signal(bool)
    """Whether there are a base and a refiner besides those that come with Hanga."""

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self._thread = atelier, thread
        self._is_open = False
        self.setObjectName("models")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._files = ModelFiles(atelier.language)
        self.list = EntryList(atelier, "models.list", "window_models.list", self._files)
        self._importer = Importer(thread, self)
        self._card = ImportCard(atelier)
        self._get = GetCard(atelier)
        self._add = TextButton(atelier, "models.add", "window_models.add", "outlined", icon="plus")
        self._folder = TextButton(atelier, "models.folder", "window_models.folder", "outlined", icon="folder")
        self._head = PageHead(atelier, "window_models.title", (self._add, self._folder))
        self._bar = DeedBar(atelier, "models.deeds", self.list, self._deeds())
        self._lay_out()
        self._connect()
        self._chosen()

    @property
    def found(self) -> Sequence[ModelEntry]:
        return self._files.found

    @property
    def deed_actions(self) -> list[QAction]:
        """What can be done with what is selected."""
        return list(self._bar.actions_by_name.values())

    def opened(self, opening: Opening) -> None:
        self._is_open = True
        self.refresh()

    def hear(self, notice: Notice) -> None:
        """Models do not change by what the engine does."""

    def refresh(self) -> None:
        """Look again what there is."""
        if self._is_open:
            self._thread.ask(lambda engine: list(model_entries(engine.models)), self._came, self._refused, BACKGROUND)

    def bring_in(self, paths: Sequence[Path]) -> None:
        """Ask how files that were dropped somewhere or chosen are to come in."""
        if len(paths) > 1:
            self.say.emit("window_models.looking", {"number": len(paths)})
        self._importer.judge(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.bring_in(paths)

    def _deeds(self) -> list[Deed]:
        return [
            Deed("use", "create", "window_models.use", "Return", self._use),
            Deed("show", "folder", "window_models.show", "", self._show_in_folder),
            Deed("remove", "trash", "window_models.remove", "Del", self._remove),
        ]

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        for widget in (self._head, self._card):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(self._get)
        column.addWidget(self._bar)

    def _connect(self) -> None:
        self._add.clicked.connect(self.choose_files)
        self._folder.clicked.connect(self._open_folder)
        self.list.chosen_changed.connect(self._chosen)
        self.list.doubleClicked.connect(self._use)
        self._card.copy.connect(self._importer.copy)
        self._card.in_place.connect(self._importer.use_in_place)
        self._card.stop.connect(self._importer.stop)
        self._importer.judged.connect(self._ask_how)
        self._importer.refused.connect(self._refused)
        self._importer.copied.connect(self._card.show_copy)
        self._importer.came.connect(self._brought)
        self._importer.ended.connect(self._card.finish)
        self._atelier.language.changed.connect(self._say_what_is_there)

    def _came(self, found: list[ModelEntry]) -> None:
        if found != self._files.found:
            self.list.changing(lambda: self._files.show_found(found))
        full = {BASE, REFINER} <= {entry.kind for entry in found if entry.place != BUILT_IN}
        self._get.setVisible(not full)
        self.full_models.emit(full)
        self._say_what_is_there()

    def _say_what_is_there(self) -> None:
        language = self._atelier.language
        size = spoken_bytes(language, sum(entry.bytes for entry in self.found))
        self._head.say(language.count("window_models.count", len(self.found), size=size) if self.found else "")
        self._chosen()

    def _selected(self) -> list[ModelEntry]:
        found = (self._files.entry(identity) for identity in self.list.chosen())
        return [entry for entry in found if entry is not None]

    def _chosen(self) -> None:
        entries, language = self._selected(), self._atelier.language
        allowed = {"show"} if entries else set()
        if len(entries) == 1 and entries[0].kind == BASE:
            allowed.add("use")
        if entries and all(entry.place == OWN for entry in entries):
            allowed.add("remove")
        self._bar.allow(allowed)
        if len(entries) == 1:
            words = title_of(entries[0])
        elif entries:
            words = language.count("window_models.chosen", len(entries))
        else:
            words = language.say("window_models.choose")
        self._bar.say(words)

    def _use(self) -> None:
        entries = self._selected()
        if len(entries) == 1 and entries[0].kind == BASE:
            self.use_model.emit(entries[0].name)

    def _show_in_folder(self) -> None:
        for folder in {entry.path.parent for entry in self._selected()}:
            _open(folder)

    def _remove(self) -> None:
        names = [entry.name for entry in self._selected() if entry.place == OWN]
        if names:
            self._thread.ask(lambda engine: _discard(engine, names), self._gone, self._not_gone)

    def _gone(self, names: list[str]) -> None:
        self.say.emit(
            f"window_models.gone.{'one' if len(names) == 1 else 'many'}", {"number": len(names), "name": names[0]}
        )
        self.refresh()

    def _not_gone(self, error: HangaError) -> None:
        self._refused(error)
        self.refresh()

    def choose_files(self) -> None:
        """Have the artist point to models that are on this computer."""
        say = self._atelier.language.say
        title, kinds = say("window_models.add"), f"{say('window_models.files')} (*.safetensors)"
        dialog = QFileDialog(self, title, "", kinds, fileMode=QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda files: self.bring_in([Path(file) for file in files]))
        dialog.open()

    def _open_folder(self) -> None:
        self._thread.ask(
            _models_folder, lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(folder)), self._refused
        )

    def _ask_how(self, candidates: list[Candidate]) -> None:
        if candidates:
            self._card.ask(candidates)

    def _brought(self, path: Path) -> None:
        self.say.emit("window_models.came", {"name": path.name})
        self.refresh()

    def _refused(self, error: HangaError) -> None:
        self.say.emit(error.code, error.data)


def _discard(engine: Engine, names: Sequence[str]) -> list[str]:
    for name in names:
        discard_model(engine.models, name)
    return list(names)


def _models_folder(engine: Engine) -> Path:
    """Made where there is none yet, so that it can be opened."""
    engine.home.models.mkdir(parents=True, exist_ok=True)
    return engine.home.models


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
