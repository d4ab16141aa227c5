"""Keeping: settings become presets and words become styles, and all of them are looked after."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog

from app.atelier import Atelier
from app.engine_thread import EngineThread
from app.pages.create.panel import Panel
from app.pages.create.shelving import Shelving
from app.pages.create.supplies import Supplies
from core.engine import Style, preset_of

NEW_STYLE: Final = "{prompt}, "


class Keeping(QObject):
    """`done`: a sentence about what `undo` takes back; `said`: any other."""

    done = Signal(str, dict)
    said = Signal(str, dict)
    known = Signal(object)
    """Supplies"""

    def __init__(self, atelier: Atelier, thread: EngineThread, panel: Panel) -> None:
        super().__init__(panel)
        self._atelier, self._panel = atelier, panel
        self._supplies = Supplies()
        self.shelving = Shelving(thread, self)
        self.shelving.known.connect(self.show)
        self.shelving.done.connect(self.done)
        self.shelving.said.connect(self.said)
        panel.presets.save_requested.connect(self.save_preset)
        panel.presets.manage_requested.connect(self.manage)
        panel.prompts.styles.save_requested.connect(self.save_style)
        panel.prompts.styles.manage_requested.connect(self.manage)

    @property
    def supplies(self) -> Supplies:
        return self._supplies

    def show(self, supplies: Supplies) -> None:
        self._supplies = supplies
        self._panel.set_supplies(supplies)
        self.known.emit(supplies)

    def look(self) -> None:
        """What there is may have changed: files come and go."""
        self.shelving.look()

    def undo(self) -> None:
        self.shelving.undo()

    def save_preset(self) -> None:
        """The settings as they are, under a name to be typed."""
        from app.pages.create.entry_dialog import NameDialog  # Here, not above: a page does not wait for its dialogs.

        dialog = NameDialog(self._atelier, "window_create.entry.preset", "", self._panel.window())
        dialog.named.connect(self._keep_preset)
        self._open(dialog)

    def save_style(self) -> None:
        """A new style, which begins with what is kept out now."""
        from app.pages.create.entry_dialog import StyleDialog

        style = Style(name="", prompt=NEW_STYLE, negative=self._panel.request().negative)
        dialog = StyleDialog(self._atelier, "window_create.entry.style", style, self._panel.window())
        dialog.made.connect(self.shelving.keep)
        self._open(dialog)

    def manage(self) -> None:
        from app.pages.create.shelf_dialog import ShelfDialog

        self._open(ShelfDialog(self._atelier, self.shelving, self._supplies, self._panel.window()))

    def _keep_preset(self, name: str) -> None:
        names = tuple(style.name for style in self._panel.prompts.styles.styles)
        self.shelving.keep(preset_of(name, self._panel.request(), names))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
