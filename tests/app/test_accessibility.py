"""Walks over every control in its states: each is named, found by the keyboard, and shows that it has the focus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from tests.app.conftest import Show
from tests.tools import specimens


def controls(root: QWidget) -> Iterator[QWidget]:
    """What can have the focus; not what Qt makes for itself inside of them."""
    for widget in (root, *root.findChildren(QWidget)):
        own = not widget.objectName().startswith("qt_")
        seen = widget is root or widget.isVisibleTo(root)
        if own and seen and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            yield widget


def nameless(root: QWidget) -> list[str]:
    found = []
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name) or not widget.objectName():
            found.append(f"{type(widget).__name__} {widget.objectName()!r}")
    return found


@pytest.mark.parametrize("name", specimens.every())
class TestEveryControl:
    def test_has_a_name(self, qtbot: QtBot, atelier: Atelier, name: str) -> None:
        specimen = specimens.every()[name](atelier)
        qtbot.addWidget(specimen)
        assert nameless(specimen) == []

    def test_is_reached_by_tab(self, qtbot: QtBot, atelier: Atelier, show: Show, name: str) -> None:
        specimen = specimens.every()[name](atelier)
        show(specimen)
        wanted = {widget for widget in controls(specimen) if widget.isEnabled() and self.is_a_stop(widget)}
        reached: set[QWidget] = set()
        widget = specimen.nextInFocusChain()
        while widget is not None and widget not in reached:
            reached.add(widget)
            widget = widget.nextInFocusChain()
        assert {each.objectName() for each in wanted - reached} == set()

    def test_shows_its_focus(self, qtbot: QtBot, atelier: Atelier, show: Show, name: str) -> None:
        specimen = specimens.every()[name](atelier)
        show(specimen)
        for widget in controls(specimen):
            if widget.isEnabled() and widget.focusProxy() is None:
                focused = QApplication.focusWidget()
                if focused is not None:
                    focused.clearFocus()
                without = specimen.grab().toImage()
                widget.setFocus(Qt.FocusReason.TabFocusReason)
                assert specimen.grab().toImage() != without, widget.objectName()

    def is_a_stop(self, widget: QWidget) -> bool:
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        return group is None or not group.exclusive() or group.checkedButton() in (widget, None)


def test_the_walk_sees_a_control_without_a_name(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QPushButton

    button = QPushButton()
    qtbot.addWidget(button)
    assert nameless(button) == ["QPushButton ''"]


@pytest.mark.parametrize("name", specimens.panel_width())
def test_fits_a_narrow_panel_in_japanese(qtbot: QtBot, atelier: Atelier, name: str) -> None:
    atelier.language.choose("ja")
    specimen = specimens.panel_width()[name](atelier)
    qtbot.addWidget(specimen)
    specimen.setStyleSheet(atelier.look.sheet)
    specimen.ensurePolished()
    assert specimen.minimumSizeHint().width() <= 340
