"""SeedField: which noise a picture starts from: a new one every time, or one that is held."""

from __future__ import annotations

import secrets
from typing import Final

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.atelier import Atelier
from app.look.metrics import HAIR
from app.widgets.buttons import IconButton

LARGEST: Final = 2**63 - 1
DICE: Final = 2**32
"""New seeds are below this: short enough to be read out."""


class SeedField(QWidget):
    """None means a new seed for every run. Typing a number, or taking that of a picture, holds it."""

    seed_changed = Signal(object)
    """int, or None."""

    def __init__(self, atelier: Atelier, name: str = "seed") -> None:
        super().__init__()
        self._atelier = atelier
        self._seed: int | None = None
        self._of_picture: int | None = None
        self.setObjectName(name)
        self._edit = QLineEdit()
        self._edit.setObjectName(f"{name}.number")
        self._edit.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,19}"), self._edit))
        self._lock = IconButton(atelier, f"{name}.lock", "unlock", "window.seed.hold", checkable=True)
        self._dice = IconButton(atelier, f"{name}.dice", "dice", "window.seed.dice")
        self._same = IconButton(atelier, f"{name}.same", "same", "window.seed.same")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HAIR)
        for control in (self._edit, self._lock, self._dice, self._same):
            row.addWidget(control)
        self.setFocusProxy(self._edit)
        self._edit.editingFinished.connect(self._typed)
        self._lock.clicked.connect(self._locked)
        self._dice.clicked.connect(self.throw)
        self._same.clicked.connect(self.take_from_picture)
        self.set_picture_seed(None)
        atelier.language.follow(self._say)

    @property
    def seed(self) -> int | None:
        return self._seed

    def set_seed(self, seed: int | None) -> None:
        changed, self._seed = seed != self._seed, seed
        self._edit.setText("" if seed is None else str(seed))
        held = seed is not None
        self._lock.setChecked(held)
        self._lock.show_as(*(("lock", "window.seed.let_go") if held else ("unlock", "window.seed.hold")))
        if changed:
            self.seed_changed.emit(seed)

    def set_picture_seed(self, seed: int | None) -> None:
        """The seed of the picture that is shown, for "same as this picture" and for the lock."""
        self._of_picture = seed
        self._same.setEnabled(seed is not None)

    def throw(self) -> None:
        """Holds a new seed."""
        self.set_seed(secrets.randbelow(DICE))

    def take_from_picture(self) -> None:
        self.set_seed(self._of_picture)

    def _locked(self, held: bool) -> None:
        """Holding starts with the picture that is seen: that is the one an artist means."""
        if not held:
            self.set_seed(None)
        elif self._of_picture is not None:
            self.take_from_picture()
        else:
            self.throw()

    def _typed(self) -> None:
        text = self._edit.text()
        self.set_seed(min(int(text), LARGEST) if text else None)

    def _say(self) -> None:
        say = self._atelier.language.say
        self._edit.setPlaceholderText(say("window.seed.new"))
        self._edit.setAccessibleName(say("window.seed.name"))
        self._edit.setAccessibleDescription(say("window.seed.help"))
