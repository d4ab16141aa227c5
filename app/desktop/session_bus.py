"""SessionBus: a connection of its own to the bus of a Linux desktop, to ask that it does not go to sleep.

What was asked for is dropped by the desktop when the connection ends: no ticket has to be handed back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

from app.desktop.awake import WHO, WHY

SERVICE: Final = "org.freedesktop.ScreenSaver"
PLACE: Final = "/org/freedesktop/ScreenSaver"


class SessionBus:
    def __init__(self) -> None:
        self._name = f"hanga-awake-{id(self)}"
        self._bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, self._name)
        self._watcher: QDBusPendingCallWatcher | None = None

    def ask(self, refused: Callable[[str], object]) -> None:
        if not self._bus.isConnected():
            refused("there is none")
            return
        call = QDBusMessage.createMethodCall(SERVICE, PLACE, SERVICE, "Inhibit")
        call.setArguments([WHO, WHY])
        watcher = self._watcher = QDBusPendingCallWatcher(self._bus.asyncCall(call))
        watcher.finished.connect(lambda: refused(watcher.error().message()) if watcher.isError() else None)

    def close(self) -> None:
        self._watcher = None
        QDBusConnection.disconnectFromBus(self._name)
