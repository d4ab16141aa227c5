"""Pictures: the canvas and its arithmetic, the grid and its rows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.picture_grid import PictureGrid
from app.widgets.picture_model import REMEMBERED
from app.widgets.rows import Rows
from app.widgets.view import View, fitting
from tests.app.conftest import Show
from tests.tools.specimens import pictures

LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier

RATIOS = st.lists(st.floats(0.01, 100), max_size=200)
WIDTHS = st.floats(50, 4000)


class TestRows:
    @given(RATIOS, WIDTHS)
    def test_fill_the_width_without_overlap(self, ratios: list[float], width: float) -> None:
        rows = Rows(ratios, width, 168, 8)
        places = [rows.place(index) for index in range(len(ratios))]
        for here, following in pairwise(places):
            if following.y == here.y:
                assert following.x == pytest.approx(here.x + here.width + 8)
                assert following.height == here.height
            else:
                assert following.y == pytest.approx(here.y + here.height + 8)
                assert following.x == 0
        assert all(0 < place.height <= 1.5 * 168 + 1e-6 for place in places)
        assert all(place.x + place.width <= width + 1e-3 or place.x == 0 for place in places)

    @given(RATIOS.filter(bool), WIDTHS, st.data())
    def test_finds_what_lies_at_a_point(self, ratios: list[float], width: float, data: st.DataObject) -> None:
        rows = Rows(ratios, width, 168, 8)
        index = data.draw(st.integers(0, len(ratios) - 1))
        place = rows.place(index)
        assert rows.at(place.x + place.width / 2, place.y + place.height / 2) == index
        assert index in rows.between(place.y + 1, place.y + place.height - 1)
        assert rows.at(place.x, rows.total + 1) is None

    def test_nothing_has_no_rows(self) -> None:
        rows = Rows([], 500, 168, 8)
        assert (len(rows), rows.total, list(rows.between(0, 100)), rows.at(0, 0)) == (0, 0, [], None)


class TestView:
    @given(st.integers(1, 8192), st.integers(1, 8192), st.integers(1, 4000), st.integers(1, 4000))
    def test_fits_whatever_the_shape(self, width: int, height: int, room_width: int, room_height: int) -> None:
        picture, room = QSize(width, height), QSizeF(room_width, room_height)
        placed = fitting(picture, room, 0).placed(picture)
        assert placed.width() <= room_width + 1e-6
        assert placed.height() <= room_height + 1e-6
        assert placed.center().x() == pytest.approx(room_width / 2)

    @given(st.floats(0.1, 10), st.floats(-500, 500), st.floats(-500, 500))
    def test_zooming_keeps_what_is_at_the_cursor(self, factor: float, x: float, y: float) -> None:
        view, cursor = View(0.5, 20, 30), QPointF(x, y)
        zoomed = view.zoomed(factor, cursor)
        assert (x - zoomed.x) / zoomed.scale == pytest.approx((x - view.x) / view.scale, abs=1e-6)
        assert (y - zoomed.y) / zoomed.scale == pytest.approx((y - view.y) / view.scale, abs=1e-6)


@pytest.fixture
def canvas(atelier: Atelier, show: Show) -> PictureCanvas:
    made = PictureCanvas(atelier)
    made.resize(600, 500)
    show(made)
    return made


def plain(width: int, height: int, colour: Qt.GlobalColor) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image


class TestCanvas:
    def test_keys_zoom_and_fit(self, qtbot: QtBot, canvas: PictureCanvas) -> None:
        canvas.show_picture(plain(1152, 896, Qt.GlobalColor.red), "a red one")
        fitted = canvas.zoom
        qtbot.keyClick(canvas, Qt.Key.Key_1)
        assert canvas.zoom == pytest.approx(1)
        qtbot.keyClick(canvas, Qt.Key.Key_Plus)
        assert canvas.zoom == pytest.approx(1.25)
        canvas.resize(620, 500)
        assert canvas.zoom == pytest.approx(1.25)
        qtbot.keyClick(canvas, Qt.Key.Key_0)
        assert canvas.zoom == pytest.approx(fitted, rel=0.05)
        assert canvas.accessibleDescription() == "a red one"

    def test_a_preview_becomes_the_picture_without_a_jump(self, canvas: PictureCanvas) -> None:
        canvas.show_preview(bytes([255, 0, 0] * 35 * 27), 35, 27, QSize(1152, 896))
        canvas.zoom_by(2)
        zoomed = canvas.zoom
        assert canvas.grab().toImage().pixelColor(300, 250).name() == "#ff0000"
        canvas.show_picture(plain(1152, 896, Qt.GlobalColor.blue))
        assert canvas.zoom == zoomed
        assert canvas.grab().toImage().pixelColor(300, 250).name() == "#0000ff"

    def test_before_and_after_meet_at_the_line(self, qtbot: QtBot, canvas: PictureCanvas) -> None:
        canvas.compare(plain(400, 400, Qt.GlobalColor.red), plain(400, 400, Qt.GlobalColor.blue), ("before", "after"))
        canvas.divider.setFocus()
        image = canvas.grab().toImage()
        assert [image.pixelColor(x, 120).name() for x in (150, 450)] == ["#ff0000", "#0000ff"]
        qtbot.keyClick(canvas.divider, Qt.Key.Key_Home)
        assert canvas.grab().toImage().pixelColor(150, 120).name() == "#0000ff"
        qtbot.mousePress(canvas.divider, LEFT)
        qtbot.mouseMove(canvas.divider, canvas.divider.mapFromParent(QPoint(590, 250)))
        qtbot.mouseRelease(canvas.divider, LEFT)
        assert canvas.grab().toImage().pixelColor(450, 120).name() == "#ff0000"

    def test_dragging_moves_a_near_picture_and_takes_out_a_whole_one(self, qtbot: QtBot, canvas: PictureCanvas) -> None:
        canvas.show_picture(plain(1152, 896, Qt.GlobalColor.red))
        with qtbot.waitSignal(canvas.drag_requested):
            qtbot.mousePress(canvas, LEFT, pos=QPoint(300, 250))
            qtbot.mouseMove(canvas, QPoint(360, 260))
        canvas.show_pixels()
        with qtbot.assertNotEmitted(canvas.drag_requested):
            qtbot.mousePress(canvas, LEFT, pos=QPoint(300, 250))
            qtbot.mouseMove(canvas, QPoint(360, 260))
            qtbot.mouseRelease(canvas, LEFT)

    def test_an_empty_canvas_takes_every_key(self, qtbot: QtBot, canvas: PictureCanvas) -> None:
        for key in (Qt.Key.Key_Plus, Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_Left):
            qtbot.keyClick(canvas, key)
        canvas.clear()
        assert not canvas.grab().isNull()


class Library:
    """Remembers what the grid asks for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.carried: list[list[str]] = []

    def ask(self, wanted: list[str]) -> None:
        self.asked.append(wanted)

    def carry(self, identities: list[str]) -> QMimeData | None:
        self.carried.append(identities)
        return None


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def grid(atelier: Atelier, show: Show, library: Library) -> PictureGrid:
    made = PictureGrid(atelier, "grid", library.ask, library.carry)
    made.resize(900, 600)
    show(made)
    made.pictures.set_rows(list(pictures(200)))
    return made


class TestGrid:
    def test_arrows_move_and_shift_selects(self, qtbot: QtBot, grid: PictureGrid) -> None:
        grid.setCurrentIndex(grid.pictures.index(0))
        qtbot.keyClick(grid, Qt.Key.Key_Right)
        assert grid.current() == "p1"
        qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
        assert grid.selected() == ["p1", "p2"]
        qtbot.keyClick(grid, Qt.Key.Key_Down)
        below = grid.current()
        assert below not in (None, "p0", "p1", "p2")
        qtbot.keyClick(grid, Qt.Key.Key_Up)
        assert grid.current() == "p2"
        qtbot.keyClick(grid, Qt.Key.Key_End)
        assert grid.current() == "p199"
        assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()))
        qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
        assert len(grid.selected()) == 200

    @pytest.mark.parametrize("key", [Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_End])
    @pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, SHIFT])
    def test_every_arrow_selects_a_picture_that_is_alone(
        self, qtbot: QtBot, grid: PictureGrid, key: Qt.Key, modifier: Qt.KeyboardModifier
    ) -> None:
        grid.pictures.set_rows(list(pictures(1)))
        grid.clearFocus()
        grid.setFocus()
        assert (grid.current(), grid.selected()) == ("p0", [])
        qtbot.keyClick(grid, key, modifier)
        assert grid.selected() == ["p0"]

    def test_the_keys_begin_at_the_first_picture(self, qtbot: QtBot, grid: PictureGrid) -> None:
        qtbot.keyClick(grid, Qt.Key.Key_Right)
        assert (grid.current(), grid.selected()) == ("p0", ["p0"])
        grid.show_pictures(list(pictures(0)))
        grid.show_pictures(list(pictures(9)))
        grid.clearFocus()
        grid.setFocus()
        assert (grid.current(), grid.selected()) == ("p0", [])

    def test_with_control_arrows_only_move(self, qtbot: QtBot, grid: PictureGrid) -> None:
        grid.setCurrentIndex(grid.pictures.index(1))
        for _ in range(3):
            qtbot.keyClick(grid, Qt.Key.Key_Left, CONTROL)
        assert (grid.current(), grid.selected()) == ("p0", ["p1"])
        qtbot.keyClick(grid, Qt.Key.Key_Space, CONTROL)
        assert grid.selected() == ["p0", "p1"]

    def test_at_the_edge_an_arrow_selects_the_picture_there_alone(self, qtbot: QtBot, grid: PictureGrid) -> None:
        grid.setCurrentIndex(grid.pictures.index(198))
        qtbot.keyClick(grid, Qt.Key.Key_Right, CONTROL)
        assert (grid.current(), grid.selected()) == ("p199", ["p198"])
        qtbot.keyClick(grid, Qt.Key.Key_Right)
        assert grid.selected() == ["p199"]
        qtbot.keyClick(grid, Qt.Key.Key_Left, SHIFT)
        qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
        qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
        assert grid.selected() == ["p199"]

    def test_clicks_select_as_everywhere(self, qtbot: QtBot, grid: PictureGrid) -> None:
        def click(row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
            qtbot.mouseClick(grid.viewport(), LEFT, modifier, grid.visualRect(grid.pictures.index(row)).center())

        click(1)
        click(3, CONTROL)
        assert grid.selected() == ["p1", "p3"]
        click(4, SHIFT)
        assert grid.selected() == ["p1", "p3", "p4"]

    def test_return_opens(self, qtbot: QtBot, grid: PictureGrid) -> None:
        grid.setCurrentIndex(grid.pictures.index(5))
        with qtbot.waitSignal(grid.opened) as opened:
            qtbot.keyClick(grid, Qt.Key.Key_Return)
        assert opened.args == ["p5"]

    def test_letters_and_figures_are_left_to_the_page(self, qtbot: QtBot, grid: PictureGrid) -> None:
        grid.setCurrentIndex(grid.pictures.index(5))
        qtbot.keyClick(grid, Qt.Key.Key_5)
        assert grid.current() == "p5"

    def test_only_what_is_near_is_asked_for_the_seen_first(
        self, qtbot: QtBot, grid: PictureGrid, library: Library
    ) -> None:
        qtbot.waitUntil(lambda: bool(library.asked))
        assert library.asked[-1][0] == "p0"
        assert len(library.asked[-1]) < 100
        grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
        qtbot.waitUntil(lambda: "p199" in library.asked[-1])
        assert "p0" not in library.asked[-1]

    def test_thumbnails_come_and_are_not_asked_for_again(
        self, qtbot: QtBot, grid: PictureGrid, library: Library
    ) -> None:
        qtbot.waitUntil(lambda: bool(library.asked))
        grid.pictures.deliver("p0", plain(64, 48, Qt.GlobalColor.green))
        grid.pictures.deliver("p1", None)
        corner = grid.visualRect(grid.pictures.index(0)).center()
        assert grid.viewport().grab().toImage().pixelColor(corner).name() == "#00ff00"
        grid.pictures.deliver("nobody", None)
        grid.zoom_by(1)
        qtbot.waitUntil(lambda: len(library.asked) > 1)
        assert not {"p0", "p1"} & set(library.asked[-1])

    def test_memory_for_thumbnails_is_bounded(self, grid: PictureGrid) -> None:
        for number in range(REMEMBERED + 50):
            grid.pictures.deliver(f"q{number}", None)
        grid.pictures.set_rows(list(pictures(3)))
        assert grid.pictures.thumbnail(0) is None

    def test_resizing_keeps_the_place(self, grid: PictureGrid) -> None:
        grid.scrollTo(grid.pictures.index(120), grid.ScrollHint.PositionAtCenter)
        first = grid.indexAt(QPoint(40, 40)).row()
        grid.resize(500, 600)
        assert abs(grid.indexAt(QPoint(40, 40)).row() - first) < 12

    def test_more_or_less_height_moves_no_picture(self, grid: PictureGrid) -> None:
        grid.verticalScrollBar().setValue(777)
        for height in (540, 600):
            grid.resize(900, height)
            assert grid.verticalScrollBar().value() == 777
            assert grid.verticalScrollBar().pageStep() == grid.viewport().height()

    def test_fewer_rows_than_before_and_none(self, grid: PictureGrid) -> None:
        grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
        for count in (3, 0, 1):
            grid.pictures.set_rows(list(pictures(count)))
            assert not grid.grab().isNull()
            grid.selectAll()
            assert len(grid.selected()) == count

    def test_dragging_out_asks_what_to_take(self, grid: PictureGrid, library: Library) -> None:
        grid.selectAll()
        grid.startDrag(Qt.DropAction.CopyAction)
        assert len(library.carried[0]) == 200

    def test_a_hundred_thousand_draw_only_what_is_seen(self, qtbot: QtBot, grid: PictureGrid) -> None:
        grid.pictures.set_rows(list(pictures(100_000)))
        bar = grid.verticalScrollBar()
        for share in (0.1, 0.5, 1.0):
            bar.setValue(round(bar.maximum() * share))
            assert not grid.viewport().grab().isNull()
        qtbot.keyClick(grid, Qt.Key.Key_End)
        assert grid.current() == "p99999"
