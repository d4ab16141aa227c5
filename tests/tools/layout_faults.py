"""Looks for words that are cut off and for controls that lie over each other or outside of what shows them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QComboBox, QLabel, QScrollArea, QWidget

from app.widgets.words import ElidedLabel

TOLERANCE: Final = 1
"""Logical pixels that rounding costs."""


def faults(root: QWidget) -> list[str]:
    """One line for each fault below `root`, which is shown."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisibleTo(root) and not _is_qts_own(widget) and not _is_apart(widget, root):
            found += [f"{_name(widget)}: {fault}" for fault in (*_cut_words(widget), *_misplaced(widget))]
    return found


def _cut_words(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, ElidedLabel):
        return  # its tooltip has all of it
    if isinstance(widget, QLabel) and widget.text():
        yield from _cut_label(widget)
    elif isinstance(widget, QAbstractButton) and widget.text() and not widget.property("elides"):
        wanted = widget.sizeHint().width()
        if wanted > widget.width() + TOLERANCE:
            yield f"{widget.text()!r} needs {wanted} and has {widget.width()}"
    elif isinstance(widget, QComboBox):
        wanted = widget.fontMetrics().horizontalAdvance(widget.currentText())
        if wanted > widget.width() - 2 * widget.fontMetrics().height() // 2:
            yield f"{widget.currentText()!r} needs {wanted} and has {widget.width()}"


def _cut_label(label: QLabel) -> Iterator[str]:
    room = label.contentsRect()
    if label.wordWrap():
        wanted = label.heightForWidth(label.width())
        if wanted > label.height() + TOLERANCE:
            yield f"{label.text()[:40]!r} needs a height of {wanted} and has {label.height()}"
    elif label.textFormat() != Qt.TextFormat.RichText:
        wanted = max(label.fontMetrics().horizontalAdvance(line) for line in label.text().split("\n"))
        if wanted > room.width() + TOLERANCE:
            yield f"{label.text()[:40]!r} needs {wanted} and has {room.width()}"


def _misplaced(parent: QWidget) -> Iterator[str]:
    """Children of a layout that leave their parent or share a place."""
    if parent.layout() is None:
        return
    children = [each for each in parent.children() if isinstance(each, QWidget) and _counts(each, parent)]
    scrolled = _is_scrolled(parent)
    for child in children:
        if not scrolled and not parent.rect().adjusted(-1, -1, 1, 1).contains(child.geometry()):
            yield f"{_name(child)} at {_said(child.geometry())} leaves {_said(parent.rect())}"
    for one, other in combinations(children, 2):
        shared = one.geometry().intersected(other.geometry())
        if min(shared.width(), shared.height()) > TOLERANCE:
            yield f"{_name(one)} and {_name(other)} share {_said(shared)}"


def _counts(child: QWidget, parent: QWidget) -> bool:
    layout = parent.layout()
    assert layout is not None
    return child.isVisibleTo(parent) and not child.isWindow() and layout.indexOf(child) >= 0


def _is_scrolled(widget: QWidget) -> bool:
    above = widget.parentWidget()
    area = None if above is None else above.parentWidget()
    return isinstance(area, QScrollArea) and area.viewport() is above


def _is_apart(widget: QWidget, root: QWidget) -> bool:
    return widget is not root and widget.window() is not root.window()


def _is_qts_own(widget: QWidget) -> bool:
    above: QWidget | None = widget
    while above is not None:
        if above.objectName().startswith("qt_") and not isinstance(above.parentWidget(), QAbstractScrollArea):
            return True
        above = None if above.isWindow() else above.parentWidget()
    return False


def _name(widget: QWidget) -> str:
    named = next((each for each in _upwards(widget) if each.objectName()), widget)
    return f"{type(widget).__name__} in {named.objectName()}" if named is not widget else widget.objectName()


def _upwards(widget: QWidget) -> Iterator[QWidget]:
    above: QWidget | None = widget
    while above is not None:
        yield above
        above = above.parentWidget()


def _said(rect: QRect) -> str:
    return f"{rect.width()}×{rect.height()}+{rect.x()}+{rect.y()}"
