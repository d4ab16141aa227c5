"""Opening the window: one per home folder. Another start hands its arguments over to the one that is open."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.engine_thread import EngineThread
from app.language import Language
from app.look.icons import SEAL, plain_icon
from app.pages.settings.applying import atelier_for, first, scale
from app.tidying import Tidying
from app.window.main_window import MainWindow
from core.errors import HangaError
from core.instance import Instance, enter
from core.paths import Home


class Door(QObject):
    """Brings the arguments of other starts into the window's thread."""

    visited = Signal(list)


def open_window(arguments: Sequence[str]) -> int:
    """Until the window is closed; the exit code. Raises HangaError where the home cannot be entered."""
    home = Home.default()
    instance = enter(home, [os.path.abspath(each) for each in arguments])
    if instance is None:
        return 0
    with instance:
        return _show(home, instance)


def _show(home: Home, instance: Instance) -> int:
    settings = first(home.settings)
    scale(settings, os.environ)
    QGuiApplication.setApplicationName("Hanga")
    QGuiApplication.setDesktopFileName("hanga")
    application = QApplication(sys.argv[:1])
    application.setWindowIcon(plain_icon(SEAL, ""))
    atelier = atelier_for(settings, application)
    thread = EngineThread(home)
    window = MainWindow(atelier, thread)
    door = Door()
    door.visited.connect(window.visited)
    window.meanwhile.seen.connect(thread.start)
    window.meanwhile.seen.connect(lambda: instance.listen(door.visited.emit))
    window.show()
    tidying = Tidying(application)
    window.meanwhile.done.connect(tidying.freeze)
    thread.opened.connect(tidying.freeze)
    code = application.exec()
    if not thread.close():
        os._exit(code)
    return code


def said(error: HangaError) -> str:
    """What keeps the window from opening, in the system's language."""
    return Language().say(error.code, **error.data)
