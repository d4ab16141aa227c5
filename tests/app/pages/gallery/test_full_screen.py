"""One picture as large as the window, and as the screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from app.pages.gallery.full_screen import FullScreen
from tests.app.pages.gallery.conftest import Gallery

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


def whole(gallery: Gallery) -> FullScreen:
    return gallery.page.enlarging.full_screen


def open_whole(gallery: Gallery, key: Qt.Key = Key.Key_F) -> FullScreen:
    """From the grid, with its second picture."""
    gallery.pick(1)
    gallery.qtbot.keyClick(gallery.page.browser.grid, key)
    screen = whole(gallery)
    gallery.wait(lambda: screen.isVisible() and screen.canvas.accessibleDescription())
    return screen


def seen(gallery: Gallery) -> str:
    return whole(gallery).canvas.accessibleDescription()


def prompts(gallery: Gallery) -> list[str]:
    shown = gallery.shown()
    return gallery.ask(lambda engine: [picture.prompt for picture in engine.library.pictures(shown)])


@pytest.mark.parametrize("key", [Key.Key_F, Key.Key_F11])
def test_opens_from_the_grid_and_goes_back_to_it(gallery: Gallery, key: Qt.Key) -> None:
    screen = open_whole(gallery, key)
    assert screen.isFullScreen()
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Escape)
    assert not screen.isVisible()
    assert not gallery.page.browser.is_large


def test_arrows_go_to_the_next_and_back(gallery: Gallery) -> None:
    screen, told = open_whole(gallery), prompts(gallery)
    assert seen(gallery) == told[1]
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Right)
    gallery.wait(lambda: seen(gallery) == told[2])
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Left)
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Left)
    gallery.wait(lambda: seen(gallery) == told[0])


def test_zoomed_in_arrows_move_the_picture(gallery: Gallery) -> None:
    screen = open_whole(gallery)
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Z)
    assert screen.canvas.zoom == pytest.approx(1)
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Right)
    assert gallery.page.browser.grid.currentIndex().row() == 1
    gallery.qtbot.keyClick(screen.canvas, Key.Key_Z)
    assert screen.canvas.fits


def test_marks_are_of_the_picture_that_is_seen(gallery: Gallery) -> None:
    gallery.pick(0, 1, 2)
    gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_F)
    screen = whole(gallery)
    gallery.wait(lambda: screen.isVisible() and screen.canvas.accessibleDescription())
    gallery.qtbot.keyClick(screen.canvas, Key.Key_5)
    gallery.qtbot.keyClick(screen.canvas, Key.Key_X)
    gallery.wait(lambda: len(gallery.done) == 2)
    current = int(gallery.page.browser.grid.current() or 0)
    marked = gallery.ask(lambda engine: [p.id for p in engine.library.pictures(gallery.shown()) if p.rejected])
    assert marked == [current]


def test_a_double_click_opens_and_closes_it(gallery: Gallery) -> None:
    gallery.pick(1)
    gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_Return)
    large = gallery.page.browser.large
    gallery.wait(lambda: gallery.page.browser.is_large)
    gallery.qtbot.mouseDClick(large.canvas, LEFT, pos=QPoint(200, 200))
    gallery.wait(whole(gallery).isVisible)
    gallery.qtbot.mouseDClick(whole(gallery).canvas, LEFT, pos=QPoint(200, 200))
    assert not whole(gallery).isVisible()
    assert gallery.page.browser.is_large


def test_nothing_selected_opens_nothing(gallery: Gallery) -> None:
    gallery.search("nothing like this")
    gallery.page.enlarging.toggle_full_screen()
    assert not whole(gallery).isVisible()
