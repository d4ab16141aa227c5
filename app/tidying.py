"""Tidying: Python looks for what nobody needs any more between events of the window's thread, and nowhere else.

Left to itself it does so at any allocation in any thread: then widgets are destroyed while Qt goes over all of them,
or in a thread that they do not belong to, and the program ends.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS: Final = 1000
YOUNG, OLD = 0, 2


class Tidying(QObject):
    """To be made in the window's thread, once; it holds as long as it lives. What there is already, and what there is
    whenever it is told to `freeze`, is never looked at: modules and classes stay."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.freeze()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(tidy)
        self._timer.start()
        self.destroyed.connect(gc.enable)

    @Slot()
    def freeze(self) -> None:
        gc.freeze()


def tidy() -> None:
    """What is due by Python's own thresholds, the young before the old."""
    for generation in range(YOUNG, OLD + 1):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
