"""What tests of the window need: an atelier whose theme, language and motion do not depend on the machine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.language import Language
from app.look.theme import REDUCED, Look

Show = Callable[[QWidget], None]


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_destroyed_while_qt_works(qapp: QApplication) -> Iterator[None]:
    """As in the window: see `app.tidying`."""
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _tidied(qapp: QApplication) -> Iterator[None]:
    """What a test leaves goes after it, between events."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.fixture
def atelier(qapp: QApplication) -> Iterator[Atelier]:
    look = Look(qapp, "dark", REDUCED)
    yield Atelier(look, Language("en"))
    look.deleteLater()


@pytest.fixture
def show(qtbot: QtBot, atelier: Atelier) -> Show:
    """Shows a widget, dressed as in the window, active and ready for keys, and closes it after the test."""

    def shown(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        widget.setStyleSheet(atelier.look.sheet)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        widget.setFocus()

    return shown
