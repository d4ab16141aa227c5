"""InStep: canvases beside each other that are zoomed and moved as one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from app.widgets.picture_canvas import PictureCanvas
from app.widgets.view import Sight


class InStep(QObject):
    def __init__(self, canvases: Sequence[PictureCanvas], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvases = tuple(canvases)
        for canvas in canvases:
            canvas.looked.connect(partial(self._follow, canvas))

    def _follow(self, led_by: PictureCanvas, sight: Sight) -> None:
        for canvas in self._canvases:
            if canvas is not led_by:
                canvas.look_as(sight)
