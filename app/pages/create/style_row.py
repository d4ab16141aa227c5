"""StyleRow: the styles that are on as chips, where to find others, and what the model reads in the end."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.pages.create.style_sheet import StyleSheet
from app.widgets.announcing import announce
from app.widgets.buttons import IconButton, TextButton
from app.widgets.chip import Chip
from app.widgets.flow_layout import FlowLayout
from app.widgets.popups import below
from core.engine import Style


class StyleRow(QWidget):
    """Styles are on by their names, in the order in which they were chosen; `styles` are those of them there are."""

    changed = Signal()
    reading_toggled = Signal(bool)
    save_requested = Signal()
    manage_requested = Signal()

    def __init__(self, atelier: Atelier, name: str = "styles") -> None:
        super().__init__()
        self._atelier = atelier
        self._known: dict[str, Style] = {}
        self._on: list[str] = []
        self._chips: list[Chip] = []
        self.setObjectName(name)
        self.add = TextButton(atelier, f"{name}.add", "window_create.styles.add", "chip")
        self.reading = IconButton(atelier, f"{name}.reading", "eye", "window_create.reading.show", checkable=True)
        self.sheet = StyleSheet(atelier, f"{name}.all")
        self.sheet.hide()
        chips = QWidget()
        self._flow = FlowLayout(chips)
        self._flow.addWidget(self.add)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HAIR)
        row.addWidget(chips, 1)
        row.addWidget(self.reading, 0, Qt.AlignmentFlag.AlignTop)
        self._connect()
        atelier.language.follow(self._say)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._on)

    @property
    def styles(self) -> tuple[Style, ...]:
        return tuple(self._known[name] for name in self._on if name in self._known)

    def set_known(self, styles: Iterable[Style]) -> None:
        """All there are. What is on stays on, unless it is gone."""
        self._known = {style.name: style for style in styles}
        self.set_names(self._on)

    def set_names(self, names: Iterable[str]) -> None:
        """Those that are on from now on; before any are known, every name is taken on trust."""
        before = self.names
        self._on = [name for name in dict.fromkeys(names) if not self._known or name in self._known]
        self._fill()
        if self.names != before:
            self.changed.emit()

    def toggle(self, name: str) -> None:
        on = name not in self._on
        self.set_names([*self._on, name] if on else [each for each in self._on if each != name])
        announce(self, self._atelier.language.say(f"window_create.styles.{'on' if on else 'off'}", name=name))

    def turn_on(self, words: str) -> None:
        """The style that is called so."""
        spoken = self._atelier.language.spoken
        names = [name for name, style in self._known.items() if style.said(spoken) == words]
        self.set_names([*self._on, *names])

    def show_all(self) -> None:
        below(self.sheet, self.add)

    def _connect(self) -> None:
        self.add.clicked.connect(self.show_all)
        self.reading.toggled.connect(self.reading_toggled)
        self.sheet.toggled.connect(self.toggle)
        self.sheet.save_requested.connect(self.save_requested)
        self.sheet.manage_requested.connect(self.manage_requested)

    def _fill(self) -> None:
        had_focus = any(chip.hasFocus() for chip in self._chips)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(index, name) for index, name in enumerate(self._on)]
        self.sheet.show_styles(self._known.values(), self._on)
        if had_focus:
            self.add.setFocus()
        self.updateGeometry()

    def _chip(self, index: int, name: str) -> Chip:
        language = self._atelier.language
        words = self._known[name].said(language.spoken) if name in self._known else name
        chip = Chip(self._atelier, f"{self.objectName()}.{index}", words, "window_create.styles.remove")
        chip.setProperty("on", "true")
        chip.clicked.connect(partial(self.toggle, name))
        self._flow.insert(index, chip)
        chip.show()
        return chip

    def _say(self) -> None:
        self._fill()
