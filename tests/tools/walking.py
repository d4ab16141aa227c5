"""Walks over what a page shows as somebody does who has no mouse or cannot see well: in which order the keyboard gets
to its controls, and how far words stand out from their ground.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget

from app.look.contrast import contrast

LEAST: Final = 4.5
"""Contrast of words to their ground, as WCAG AA has it for text of usual size."""


def stops(root: QWidget) -> list[QWidget]:
    """What Tab gets to below `root`, in its order."""
    found: list[QWidget] = []
    start = root.window()
    widget = start.nextInFocusChain()
    while widget is not None and widget is not start:
        if _is_stop(widget) and root.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def steps_back(root: QWidget) -> list[str]:
    """Where Tab goes up again, or to the left in a row, within one panel. Empty where the order is that of reading."""
    found = []
    for one, next_one in pairwise(stops(root)):
        if _panel(one, root) is _panel(next_one, root) and _goes_back(_place(one, root), _place(next_one, root)):
            found.append(f"{one.objectName()} → {next_one.objectName()}")
    return found


def faint(root: QWidget) -> list[str]:
    """Words that can hardly be read where they stand. What is disabled may be faint."""
    image = root.grab().toImage()
    found = []
    for widget in root.findChildren(QWidget):
        if isinstance(widget, QLabel | QAbstractButton) and widget.text() and _is_all_seen(widget):
            ink = widget.palette().color(widget.foregroundRole())
            ground = _ground(image, _place(widget, root))
            if ground is not None and (reached := contrast(ink.name(), ground.name())) < LEAST:
                found.append(f"{widget.text()[:30]!r} {ink.name()} on {ground.name()}: {reached:.1f}")
    return found


def _is_all_seen(widget: QWidget) -> bool:
    return widget.isEnabled() and widget.visibleRegion().boundingRect() == widget.rect()


def _ground(image: QImage, place: QRect) -> QColor | None:
    """The colour that most of a place has."""
    inside = place.intersected(image.rect())
    counted = Counter(image.pixel(x, y) for x in range(inside.left(), inside.right() + 1, 2) for y in _rows(inside))
    return QColor.fromRgb(counted.most_common(1)[0][0]) if counted else None


def _rows(place: QRect) -> Iterator[int]:
    yield from range(place.top(), place.bottom() + 1, 3)


def _is_stop(widget: QWidget) -> bool:
    tab = Qt.FocusPolicy.TabFocus.value
    takes = bool(widget.focusPolicy().value & tab) and widget.isVisible() and widget.isEnabled()
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    chosen = group is None or not group.exclusive() or group.checkedButton() in (widget, None)
    return takes and chosen and widget.focusProxy() is None


def _panel(widget: QWidget, root: QWidget) -> QWidget:
    """The part of the page that it is in: the innermost that scrolls, else the one that lies in the page itself."""
    above = widget
    while (parent := above.parentWidget()) is not None and parent is not root:
        above = parent
        if isinstance(above, QScrollArea):
            break
    return above


def _place(widget: QWidget, root: QWidget) -> QRect:
    return QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())


def _goes_back(one: QRect, other: QRect) -> bool:
    same_column = one.left() < other.right() and other.left() < one.right()
    same_row = one.top() < other.bottom() and other.top() < one.bottom()
    return (same_column and other.bottom() <= one.top()) or (same_row and other.right() <= one.left())
