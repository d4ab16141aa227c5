"""PySide6 6.12.0 on Python 3.11 gives away a reference to None with every call that returns nothing: after some
thousand of them the process dies. No version that does so may be pinned."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 2000


def test_calls_that_return_nothing_take_nothing(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        widget.update()
    assert sys.getrefcount(None) > before - CALLS // 2
