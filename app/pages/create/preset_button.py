"""PresetButton: which preset the settings are, and the menu of all presets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from app.atelier import Atelier
from core.engine import Preset
from core.request import Request


class PresetButton(QPushButton):
    chosen = Signal(object)
    """Preset"""
    save_requested = Signal()
    manage_requested = Signal()

    def __init__(self, atelier: Atelier, name: str = "presets") -> None:
        super().__init__()
        self._atelier = atelier
        self._presets: tuple[Preset, ...] = ()
        self._own = 0
        self._now: Preset | None = None
        self.setObjectName(name)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.clicked.connect(self._open)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    @property
    def presets(self) -> tuple[Preset, ...]:
        return self._presets

    def set_presets(self, built_in: Iterable[Preset], own: Iterable[Preset]) -> None:
        mine = tuple(own)
        self._presets, self._own = (*built_in, *mine), len(mine)

    def show_settings(self, request: Request, styles: tuple[str, ...]) -> None:
        """Says which preset they are, if they are one."""
        self._now = next((each for each in reversed(self._presets) if each.holds(request, styles)), None)
        self._say()

    def menu_of_presets(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        menu.setToolTipsVisible(True)
        first_own = len(self._presets) - self._own
        for number, preset in enumerate(self._presets):
            if number == first_own:
                menu.addSeparator()
            action = menu.addAction(self.called(preset).replace("&", "&&"), partial(self.chosen.emit, preset))
            action.setCheckable(True)
            action.setChecked(preset is self._now)
            action.setToolTip(preset.about.get(self._atelier.language.spoken, ""))
            group.addAction(action)
        say = self._atelier.language.say
        menu.addSeparator()
        menu.addAction(say("window_create.presets.save"), self.save_requested.emit)
        menu.addAction(say("window_create.manage"), self.manage_requested.emit)
        return menu

    def called(self, preset: Preset) -> str:
        """Its name in the language of the window."""
        return preset.said(self._atelier.language.spoken)

    def _open(self) -> None:
        menu = self.menu_of_presets()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _dress(self) -> None:
        self.setIcon(self._atelier.look.icon("chevron-down"))

    def _say(self) -> None:
        say = self._atelier.language.say
        called = None if self._now is None else self.called(self._now)
        self.setText((called or say("window_create.presets")).replace("&", "&&"))
        self.setAccessibleName(say("window_create.presets.now", name=called or say("window_create.presets.none")))
        self.setToolTip(self.accessibleName())
