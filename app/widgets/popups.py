"""Where a popup opens: below what it belongs to, and on the screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.look.metrics import HAIR


def below(popup: QWidget, anchor: QWidget) -> None:
    """Opens `popup`, as large as it is, below `anchor`, and gives it the keys."""
    popup.setParent(anchor.window(), Qt.WindowType.Popup)
    popup.move(_on_screen(popup, anchor))
    popup.show()
    popup.setFocus(Qt.FocusReason.PopupFocusReason)


def _on_screen(popup: QWidget, anchor: QWidget) -> QPoint:
    corner = anchor.mapToGlobal(QPoint(0, anchor.height() + HAIR))
    room = anchor.screen().availableGeometry()
    x = min(corner.x(), room.right() - popup.width())
    return QPoint(max(x, room.left()), max(min(corner.y(), room.bottom() - popup.height()), room.top()))
