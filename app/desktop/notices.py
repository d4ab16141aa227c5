"""Notices of the system: pictures are done while another window is used."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget


class Notices(QObject):
    """`chosen`: the artist comes to see what a notice is about."""

    chosen = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None

    def tell(self, title: str, text: str) -> None:
        """Where there is a tray; its icon is there as long as something is told."""
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        icon = self._icon = self._icon or self._new_icon()
        icon.show()
        icon.showMessage(title, text, self._window.windowIcon())

    def count(self, left: int) -> None:
        """A figure on the program's icon; 0 takes it away."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setBadgeNumber(left)

    def flash(self) -> None:
        """The window's button asks to be looked at, as the system does that."""
        QApplication.alert(self._window)

    def withdraw(self) -> None:
        """The artist is back."""
        if self._icon is not None:
            self._icon.hide()

    def _new_icon(self) -> QSystemTrayIcon:
        icon = QSystemTrayIcon(QApplication.windowIcon(), self)
        icon.setToolTip(QApplication.applicationName())
        icon.messageClicked.connect(self.chosen)
        icon.activated.connect(lambda reason: self.chosen.emit())
        return icon
