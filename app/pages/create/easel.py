"""Easel: the picture that is being made or was chosen, what can be done with it, and how far it is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, HAIR, NEAR
from app.pages.create.refining import RefineLater
from app.pages.create.showing import Shown
from app.widgets.buttons import IconButton, TextButton
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.stage_bar import Moment, StageBar
from app.widgets.stage_strip import Span
from core.events import Previewed

DRAGGED: Final = QSize(160, 160)


class Easel(QWidget):
    refine_requested = Signal(object, float)
    """Picture, hand-over."""
    use_requested = Signal()
    drag_requested = Signal(object)
    """Picture, which is dragged out."""

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.shown: Shown | None = None
        self._before: QImage | None = None
        self._sheet = QSize(0, 0)
        self._previewing = False
        """Whether what is seen is another picture, which is not there yet."""
        self.setObjectName("easel")
        self.canvas = PictureCanvas(atelier)
        self.stages = StageBar(atelier)
        self.refine = RefineLater(atelier)
        self.compare = IconButton(atelier, "compare", "before-after", "window_create.compare", checkable=True)
        self.later = TextButton(atelier, "refine.later", "window_create.refine", icon="refine")
        self.take = TextButton(atelier, "use", "window_create.use", icon="same")
        self._zoom = QLabel()
        self._fit = IconButton(atelier, "fit", "fit", "window_create.fit")
        self._pixels = IconButton(atelier, "pixels", "one-to-one", "window_create.pixels")
        self._lay_out()
        self._connect()
        self.refine.hide()
        self.stages.hide()
        self.show_shown(None)
        atelier.language.follow(self._show_sheet)

    def show_shown(self, shown: Shown | None, before: QImage | None = None) -> None:
        """`before`: how it looked when the base had done its share, if that is known."""
        self.shown, self._before = shown, before
        request = None if shown is None else shown.picture.request
        made_here = request is not None and shown is not None and shown.picture.key is not None
        self.take.setEnabled(request is not None)
        self.later.setEnabled(made_here)
        self.compare.setEnabled(before is not None)
        self.compare.setChecked(False)
        if not made_here:
            self.later.setChecked(False)
        if request is not None:
            self.refine.set_request(request)
        self._show()

    def set_sheet(self, width: int, height: int) -> None:
        """The size that the next picture will have."""
        self._sheet = QSize(width, height)
        self._show_sheet()

    def show_preview(self, event: Previewed, size: QSize) -> None:
        self._previewing = True
        self._zoom.show()
        self.canvas.show_preview(event.pixels, event.width, event.height, size)

    def show_again(self) -> None:
        """The picture instead of a preview."""
        self._show()

    def show_stages(self, spans: list[Span]) -> None:
        self.stages.set_spans(spans)
        self.stages.show()

    def show_moment(self, moment: Moment) -> None:
        self.stages.show_moment(moment)
        self.stages.show()

    def rest(self) -> None:
        """Nothing is being made."""
        self.stages.hide()

    def _show(self) -> None:
        self._previewing = False
        self._zoom.setVisible(self.shown is not None)
        if self.shown is None:
            self._show_sheet()
        elif self.compare.isChecked() and self._before is not None:
            self.canvas.compare(self._before, self.shown.image, self._labels())
        else:
            self.canvas.show_picture(self.shown.image, self.shown.picture.prompt)

    def _show_sheet(self) -> None:
        if self.shown is None and not self._previewing:
            self.canvas.show_sheet(self._sheet, self._atelier.language.say("window_create.sheet"))

    def _keep_room(self, on: bool) -> None:
        """For the bar while it is hidden, so that no picture changes its size because another one begins."""
        policy = self.stages.sizePolicy()
        policy.setRetainSizeWhenHidden(on)
        self.stages.setSizePolicy(policy)

    def _offer_refining(self, on: bool) -> None:
        self._keep_room(not on)
        self.refine.setVisible(on)

    def _labels(self) -> tuple[str, str]:
        say = self._atelier.language.say
        return say("window_create.before"), say("window_create.after")

    def small(self) -> QPixmap:
        """The picture as it hangs at the pointer."""
        if self.shown is None:
            return QPixmap()
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        return QPixmap.fromImage(self.shown.image.scaled(DRAGGED, keep, smooth))

    def _drag(self) -> None:
        if self.shown is not None and not self._previewing:
            self.drag_requested.emit(self.shown.picture.id)

    def _refine(self, handoff: float) -> None:
        if self.shown is not None:
            self.refine_requested.emit(self.shown.picture.id, handoff)

    def _connect(self) -> None:
        self.later.setCheckable(True)
        self.later.toggled.connect(self._offer_refining)
        self.compare.toggled.connect(self._show)
        self.refine.refine_requested.connect(self._refine)
        self.take.clicked.connect(self.use_requested)
        self._fit.clicked.connect(self.canvas.fit)
        self._pixels.clicked.connect(self.canvas.show_pixels)
        self.canvas.drag_requested.connect(self._drag)
        self.canvas.zoom_changed.connect(lambda zoom: self._zoom.setText(f"{zoom:.0%}"))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(self.canvas, 1)
        below = QVBoxLayout()
        below.setContentsMargins(GROUP, NEAR, GROUP, GROUP)
        below.setSpacing(NEAR)
        below.addWidget(self.refine)
        below.addWidget(self.stages)
        foot = QWidget()
        foot.setProperty("role", "ground")
        foot.setLayout(below)
        self._keep_room(True)
        column.addWidget(foot)

    def _tools(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("tools")
        bar.setProperty("role", "panel")
        row = QHBoxLayout(bar)
        row.setContentsMargins(APART, HAIR, APART, HAIR)
        row.setSpacing(HAIR)
        self._zoom.setProperty("role", "dim")
        for widget in (self.compare, self.later, self.take):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self._zoom)
        row.addWidget(self._fit)
        row.addWidget(self._pixels)
        return bar
