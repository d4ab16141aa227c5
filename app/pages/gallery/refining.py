"""Refine later: another hand-over for a picture whose latents were kept."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP
from app.pages.gallery.about import About
from app.widgets.buttons import TextButton
from app.widgets.hand_over import HandOver
from app.widgets.words import Words
from core.engine import stage_steps

WIDTH = 300


class RefinePopup(QFrame):
    """`chosen` carries the hand-over."""

    chosen = Signal(float)

    def __init__(self, atelier: Atelier, about: About, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("gallery.refine")
        self.setProperty("role", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        help_ = Words(atelier, "window_gallery.refine.help", "dim")
        help_.setWordWrap(True)
        self.hand_over = HandOver(atelier, "gallery.refine.handoff")
        self._set(about)
        go = TextButton(atelier, "gallery.refine.go", "window_gallery.refine.go", "action")
        go.clicked.connect(self._go)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        column.setSpacing(APART)
        column.addWidget(Words(atelier, "window_gallery.refine.title", "title"))
        column.addWidget(help_)
        column.addWidget(self.hand_over)
        column.addWidget(go)

    def show_above(self, widget: QWidget) -> None:
        self.ensurePolished()
        self.resize(WIDTH, self._column.heightForWidth(WIDTH))
        corner = widget.mapToGlobal(QPoint(0, 0))
        self.move(corner.x() + widget.width() - self.width(), max(corner.y() - self.height() - 8, 0))
        self.show()
        self.hand_over.slider.setFocus()

    def _set(self, about: About) -> None:
        if about.record is not None:
            request, plan = about.record.plan.request, about.record.plan
            self.hand_over.set_steps(request.steps, lambda steps, handoff: stage_steps(steps, handoff, plan.schedule))
            self.hand_over.set_handoff(request.handoff)

    def _go(self) -> None:
        self.chosen.emit(self.hand_over.handoff)
        self.close()
