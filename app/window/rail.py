"""Rail: the way from page to page, with the seal of the house at its head."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QToolButton, QVBoxLayout

from app.atelier import Atelier
from app.look.icons import SEAL, plain_icon
from app.look.metrics import HAIR, NEAR

WIDTH = 76
ICON = 22


@dataclass(frozen=True)
class Place:
    """A page's entry: its name, its icon, the keys of its command, and whether it stands at the foot."""

    name: str
    icon: str
    keys: QKeySequence
    foot: bool = False


class RailButton(QToolButton):
    """Its words stand below its icon, and are its accessible name."""

    def __init__(self, atelier: Atelier, place: Place) -> None:
        super().__init__()
        self._atelier, self._place = atelier, place
        self.setObjectName(f"rail.{place.name}")
        self.setProperty("role", "rail")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(ICON, ICON))
        self.setFixedWidth(WIDTH - 2 * HAIR)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        atelier.look.follow(self._dress)
        atelier.language.follow(self._say)

    def _dress(self) -> None:
        self.setIcon(self._atelier.look.icon(self._place.icon))

    def _say(self) -> None:
        words = self._atelier.language.say(f"window.page.{self._place.name}")
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({self._place.keys.toString(QKeySequence.SequenceFormat.NativeText)})")


class Rail(QFrame):
    """`chosen` tells the name of the page to be shown."""

    chosen = Signal(str)

    def __init__(self, atelier: Atelier, places: tuple[Place, ...]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setProperty("role", "window")
        self.setFixedWidth(WIDTH)
        self._buttons: dict[str, RailButton] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(HAIR, NEAR, HAIR, NEAR)
        column.setSpacing(HAIR)
        column.addWidget(_seal(self), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(NEAR)
        for place in places:
            button = self._buttons[place.name] = RailButton(atelier, place)
            button.clicked.connect(lambda _, name=place.name: self.chosen.emit(name))
            group.addButton(button)
            if place.foot:
                column.addStretch()
            column.addWidget(button)
        if not any(place.foot for place in places):
            column.addStretch()

    def show_chosen(self, name: str) -> None:
        self._buttons[name].setChecked(True)


def _seal(rail: QFrame) -> QLabel:
    seal = QLabel()
    seal.setPixmap(plain_icon(SEAL, "").pixmap(QSize(34, 34), rail.devicePixelRatioF()))
    return seal
