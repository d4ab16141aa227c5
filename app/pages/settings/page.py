"""SettingsPage: what holds for every picture, and what the window looks like. A change holds at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.engine_thread import BACKGROUND, EngineThread
from app.look.metrics import APART, GROUP, NEAR
from app.pages.settings.about import About
from app.pages.settings.applying import apply
from app.pages.settings.fields import ChoiceField, NumberField, SwitchField
from app.pages.settings.folders import FolderList
from app.pages.settings.keeper import Keeper
from app.pages.settings.places import PicturesPlace
from app.widgets.page_head import PageHead
from app.widgets.sizes import spoken_bytes
from app.widgets.words import Words
from core.engine import Engine, EngineChanged, Notice, Opening
from core.errors import HangaError
from core.machine import Machine

WIDEST: Final = 760
READY: Final = "ready"
SYSTEM: Final = {"auto": "window_settings.system"}
THEMES: Final = {name: f"window_settings.theme.{name}" for name in ("light", "dark", "neutral")}
MOTIONS: Final = {name: f"window_settings.motion.{name}" for name in ("full", "reduced")}
SCALES: Final = {1.0: "100 %", 1.25: "125 %", 1.5: "150 %", 1.75: "175 %", 2.0: "200 %"}
CLOSINGS: Final = {name: f"window_settings.closing.{name}" for name in ("ask", "finish", "stop")}
LANGUAGES: Final = {"en": "English", "ja": "日本語"}
FORMATS: Final = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
DEVICE: Final = {"auto": "window_settings.device.auto"}


class SettingsPage(QWidget):
    """`say` and `undoable` are for the notice bar, `keys_wanted` asks for the list of shortcuts."""

    say = Signal(str, dict)
    undoable = Signal(str, dict, object)
    changed = Signal(object)
    """Settings: those that hold now."""
    keys_wanted = Signal()

    def __init__(self, atelier: Atelier, thread: EngineThread) -> None:
        super().__init__()
        self._atelier, self._thread = atelier, thread
        self._is_open = False
        self.setObjectName("settings")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._keeper = Keeper(thread, self)
        self._device = ChoiceField(atelier, "device", DEVICE, helped=True)
        self._latents = NumberField(atelier, "latents_limit", (0, 10_000, 1), "GB", helped=False)
        self.folders, self._pictures, self._about = FolderList(atelier), PicturesPlace(atelier), About(atelier)
        self._by_group = self._controls()
        self._fields = [field for fields in self._by_group.values() for field in fields]
        self._lay_out()
        self._connect()
        self._show()

    def opened(self, opening: Opening) -> None:
        self._is_open = True
        self._keeper.read()
        self._thread.ask(lambda engine: engine.home.pictures, self._pictures.show_folder)
        self._look()

    def hear(self, notice: Notice) -> None:
        if isinstance(notice, EngineChanged) and notice.state == READY:
            self._thread.ask(Engine.machine, self._offer_devices, self._refused, BACKGROUND)

    def change(self, name: str, value: Any) -> None:
        """Have one setting be another, as if it were done here."""
        self._keeper.change(name, value)

    def undo(self) -> None:
        """Take the last change back."""
        self._keeper.undo()

    def show_about(self) -> None:
        self._scroll.ensureWidgetVisible(self._about)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def _controls(self) -> dict[str, list[ChoiceField | SwitchField | NumberField]]:
        """Controls of one setting each, by group, in the order in which they are seen."""
        atelier = self._atelier
        return {
            "look": [
                ChoiceField(atelier, "language", SYSTEM | LANGUAGES),
                ChoiceField(atelier, "theme", SYSTEM | THEMES, helped=True),
                ChoiceField(atelier, "motion", SYSTEM | MOTIONS),
                ChoiceField(atelier, "text_scale", SCALES, helped=True),
            ],
            "computing": [
                self._device,
                NumberField(atelier, "vram_limit", (0, 1024, 0.5), "GB", none=True),
                SwitchField(atelier, "previews"),
            ],
            "work": [
                SwitchField(atelier, "notify"),
                SwitchField(atelier, "keep_awake"),
                ChoiceField(atelier, "closing", CLOSINGS, helped=True),
            ],
            "pictures": [self._latents],
            "export": [
                ChoiceField(atelier, "export_format", FORMATS),
                NumberField(atelier, "export_quality", (1, 100, 1), ""),
                SwitchField(atelier, "export_metadata"),
            ],
        }

    def _groups(self) -> dict[str, Sequence[QWidget]]:
        controls = self._by_group
        return controls | {
            "pictures": (self._pictures, *controls["pictures"]),
            "folders": (self.folders,),
            "about": (self._about,),
        }

    def _lay_out(self) -> None:
        inside, narrow = QWidget(), QWidget()
        inside.setProperty("role", "panel")
        narrow.setMaximumWidth(WIDEST)
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, NEAR, 0)
        row.addWidget(narrow, 1)
        row.addStretch()
        cards = QVBoxLayout(narrow)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(APART)
        for name, fields in self._groups().items():
            cards.addWidget(self._card(name, fields))
        cards.addStretch()
        scroll = self._scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(inside)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(PageHead(self._atelier, "window_settings.title"))
        column.addWidget(scroll, 1)

    def _card(self, name: str, fields: Sequence[QWidget]) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(GROUP, APART, GROUP, APART)
        column.setSpacing(APART)
        column.addWidget(Words(self._atelier, f"window_settings.group.{name}", "heading"))
        for field in fields:
            column.addWidget(field)
        return card

    def _connect(self) -> None:
        for field in (*self._fields, self.folders):
            field.changed.connect(self._keeper.change)
        self._keeper.changed.connect(self._show)
        self._keeper.kept.connect(lambda: self.undoable.emit("window_settings.changed", {}, self.undo))
        self._keeper.refused.connect(self._refused)
        self._about.keys_wanted.connect(self.keys_wanted)
        self._pictures.opened.connect(_open)
        self._atelier.language.changed.connect(self._look)

    def _show(self) -> None:
        settings = self._keeper.settings
        for field in self._fields:
            field.show_settings(settings)
        self.folders.show_places(settings.model_folders)
        if self._is_open:
            apply(settings, self._atelier)
            self.changed.emit(settings)

    def _look(self) -> None:
        """What may have changed since the page was last seen."""
        if self._is_open and self.isVisible():
            self._keeper.read()
            self._thread.ask(_latents_bytes, self._say_latents, self._refused, BACKGROUND)

    def _say_latents(self, size: int) -> None:
        words = self._atelier.language.say(
            "window_settings.latents_now", size=spoken_bytes(self._atelier.language, size)
        )
        self._latents.say_help(words)

    def _offer_devices(self, machine: Machine) -> None:
        names = {device.address: f"{device.name or device.kind} ({device.address})" for device in machine.devices}
        self._device.offer(DEVICE | names)

    def _refused(self, error: HangaError) -> None:
        self.say.emit(error.code, error.data)


def _latents_bytes(engine: Engine) -> int:
    return engine.library.latents_bytes()


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
