"""Enlarging: one picture as large as the window or the screen, and the ones before and after it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from app.atelier import Atelier
from app.pages.gallery.about import About
from app.pages.gallery.browser import Browser
from app.pages.gallery.full_screen import FullScreen
from app.pages.gallery.showing import Showing

LONGEST = 300
"""Characters of a prompt that stand above a picture."""


class Enlarging(QObject):
    def __init__(self, atelier: Atelier, browser: Browser, showing: Showing) -> None:
        super().__init__()
        self._browser, self._showing = browser, showing
        self.full_screen = FullScreen(atelier, browser)
        self._back_to_grid = False
        keys, large = self.full_screen.keys, browser.large
        browser.grid.opened.connect(self._open)
        for stepped in (large.stepped, keys.stepped):
            stepped.connect(self._step)
        keys.rated.connect(large.rated)
        keys.rejected.connect(large.rejected)
        large.closed.connect(browser.show_grid)
        large.whole.connect(self.toggle_full_screen)
        self.full_screen.left.connect(self._left)
        showing.large.connect(self._came)

    def toggle_full_screen(self) -> None:
        """The picture that was looked at last, if there is one; from the grid, and back to it."""
        current = self._browser.grid.current()
        if self.full_screen.isVisible():
            self.full_screen.close()
        elif current is not None and not self._browser.is_trash:
            self._back_to_grid = not self._browser.is_large
            self._open(current)
            self.full_screen.open()

    def _open(self, identity: str) -> None:
        self._browser.show_large()
        self._showing.enlarge(int(identity))

    def _step(self, by: int) -> None:
        place = self._browser.grid.currentIndex().row() + by
        if 0 <= place < len(self._browser.outline):
            self._browser.go_to_place(place)
            self._showing.enlarge(self._browser.outline.glance(place).id)

    def _came(self, about: About, image: QImage) -> None:
        words = about.picture.prompt[:LONGEST]
        self._browser.large.show_picture(image, words)
        self.full_screen.show_picture(image, words)

    def _left(self) -> None:
        if self._back_to_grid:
            self._browser.show_grid()
        elif self._browser.is_large:
            self._browser.large.setFocus()
