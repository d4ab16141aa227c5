"""Closing: what becomes of the work when the artist closes the window.

Nothing is ever lost: the queue is kept, and what runs goes on at the next start from the latents it had kept. So the
question is only whether the pictures are to be made first, with the window out of sight. It is asked when somebody
closes the window, never when the system ends the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from app.atelier import Atelier
from core.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox, QPushButton

ASK, FINISH, STOP = "ask", "finish", "stop"
"""As `core.settings` has them."""
AREA: Final = "window_closing"


class Closing(QObject):
    """`decided` carries what is to be done from now on without asking: `FINISH` or `STOP`."""

    decided = Signal(str)

    def __init__(self, atelier: Atelier, window: QMainWindow) -> None:
        super().__init__(window)
        self._atelier, self._window = atelier, window
        self._choice = ASK
        self._finishing = False

    def apply(self, settings: Settings) -> None:
        self._choice = settings.closing

    def may(self, jobs: int) -> bool:
        """Whether the window may close now, while `jobs` are still to be made. If not, it is asked or hidden."""
        if not jobs or self._choice == STOP:
            return True
        if self._choice == FINISH:
            self._finish()
        else:
            self._ask(jobs)
        return False

    def stay(self) -> None:
        """The window is wanted again."""
        self._finishing = False

    def idle(self) -> None:
        """Nothing is left to be made."""
        if self._finishing:
            self._finishing = False
            self._window.close()

    def _finish(self) -> None:
        self._finishing = True
        self._window.hide()

    def _ask(self, jobs: int) -> None:
        from PySide6.QtWidgets import QCheckBox, QMessageBox  # Here, not above: a window opens without being asked.

        language = self._atelier.language
        box = QMessageBox(self._window)
        box.setObjectName("closing")
        box.setWindowTitle(language.say("window.title"))
        box.setText(language.count(f"{AREA}.question", jobs))
        box.setInformativeText(language.say(f"{AREA}.help"))
        always = QCheckBox(language.say(f"{AREA}.always"))
        always.setObjectName("closing.always")
        box.setCheckBox(always)
        finish = self._button(box, FINISH, box.ButtonRole.AcceptRole)
        stop = self._button(box, STOP, box.ButtonRole.DestructiveRole)
        back = self._button(box, "back", box.ButtonRole.RejectRole)
        box.setDefaultButton(finish)
        box.setEscapeButton(back)
        finish.clicked.connect(lambda: self._answered(FINISH, always.isChecked()))
        stop.clicked.connect(lambda: self._answered(STOP, always.isChecked()))
        box.finished.connect(box.deleteLater)
        box.open()

    def _button(self, box: QMessageBox, name: str, role: QMessageBox.ButtonRole) -> QPushButton:
        button = box.addButton(self._atelier.language.say(f"{AREA}.{name}"), role)
        button.setObjectName(f"closing.{name}")
        button.setProperty("role", "outlined")
        return button

    def _answered(self, choice: str, always: bool) -> None:
        if always:
            self.decided.emit(choice)
        if choice == FINISH:
            self._finish()
        else:
            self._window.close()
