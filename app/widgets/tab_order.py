"""The order in which Tab goes from control to control, for those that come and go: Qt puts what is new at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def in_order(widgets: Iterable[QWidget]) -> None:
    """Each comes right after the one before it; the first stays where it is."""
    for one, other in pairwise(widgets):
        QWidget.setTabOrder(one, other)


def before(widget: QWidget, others: Sequence[QWidget]) -> None:
    """`others` come right before `widget`, which stays where it is."""
    in_order((_stop_before(widget), *others))


def _stop_before(widget: QWidget) -> QWidget:
    """The nearest that takes keys itself: after one that only stands for others Qt does not put anything."""
    found = widget.previousInFocusChain()
    while found is not None and found is not widget and not _takes_keys(found):
        found = found.previousInFocusChain()
    return found or widget


def _takes_keys(widget: QWidget) -> bool:
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
