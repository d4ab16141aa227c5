"""Numbers, seeds, shapes, the hand-over and the rest of the side panel, through keyboard and mouse."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.look.theme import FULL
from app.widgets.aesthetic_dial import AestheticDial
from app.widgets.aspect_picker import AspectPicker
from app.widgets.cost_line import FITS, Cost, CostLine
from app.widgets.crop_pad import CropPad
from app.widgets.fold import Fold
from app.widgets.hand_over import HandOver
from app.widgets.imagined_size import ORIGINALS, ImaginedSize
from app.widgets.notice_bar import NoticeBar
from app.widgets.number_field import NumberBox, NumberField
from app.widgets.rating_stars import Rating
from app.widgets.seed_field import LARGEST, SeedField
from app.widgets.shape_button import ShapeButton
from app.widgets.shapes import Limits, grouped, names, ratio_name, tall_to_wide, trained_sizes
from app.widgets.span_field import SpanField
from app.widgets.stage_bar import Moment, StageBar
from app.widgets.stage_strip import Span
from app.widgets.tag_editor import TagEditor
from tests.app.conftest import Show

LEFT = Qt.MouseButton.LeftButton


Kind = TypeVar("Kind", bound=QWidget)


def child(root: QWidget, kind: type[Kind], name: str) -> Kind:
    found = root.findChild(kind, name)
    assert found is not None, name
    return found


def button(root: QWidget, name: str) -> QAbstractButton:
    return child(root, QAbstractButton, name)


class TestNumber:
    def test_keys_and_slider_go_together(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        field = NumberField(atelier, "steps", "window.steps", 1, 60, hard=200)
        show(field)
        field.set_value(25)
        box, slider = child(field, NumberBox, "steps.box"), child(field, QSlider, "steps.slider")
        with qtbot.waitSignal(field.value_changed):
            qtbot.keyClick(box, Qt.Key.Key_Up)
        assert (field.value, slider.value()) == (26, 26)
        slider.setFocus()
        qtbot.keyClick(slider, Qt.Key.Key_Left)
        assert field.value == 25
        field.set_value(150)
        assert (field.value, slider.value()) == (150, 60)

    def test_a_press_on_the_slider_jumps_there(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        field = NumberField(atelier, "guidance", "window.guidance", 1, 15, 0.1)
        show(field)
        slider = child(field, QSlider, "guidance.slider")
        qtbot.mouseClick(slider, LEFT, pos=QPoint(slider.width() - 2, slider.height() // 2))
        assert field.value == 15

    def test_the_least_is_a_word_in_the_language_of_the_window(self, qtbot: QtBot, atelier: Atelier) -> None:
        field = NumberField(
            atelier, "merged", "window_create.merge_tokens", 0, 75, unit=" %", least_code="window_create.faster.off"
        )
        qtbot.addWidget(field)
        box = child(field, NumberBox, "merged.box")
        assert box.text() == "off"
        atelier.language.choose("ja")
        assert box.text() == "オフ"
        field.set_value(40)
        assert box.text() == "40 %"


class TestSpan:
    def test_keys_move_an_end_and_take_the_other_along(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        field = SpanField(atelier, "guided", "window_create.guided")
        show(field)
        first, last = (child(field, NumberBox, f"guided.{end}") for end in ("first", "last"))
        assert field.span == (0, 1)
        with qtbot.waitSignal(field.span_changed):
            qtbot.keyClick(last, Qt.Key.Key_Down)
        assert field.span == (0, 0.95)
        last.setValue(20)
        first.setValue(60)
        assert field.span == (0.6, 0.6)
        last.setValue(30)
        assert field.span == (0.3, 0.3)

    def test_shows_what_it_is_given(self, qtbot: QtBot, atelier: Atelier) -> None:
        field = SpanField(atelier, "guided", "window_create.guided")
        qtbot.addWidget(field)
        with qtbot.waitSignal(field.span_changed):
            field.set_span(0.8, 0.2)
        assert field.span == (0.8, 0.2)
        with qtbot.assertNotEmitted(field.span_changed):
            field.set_span(0.8, 0.2)


class TestSeed:
    def test_lock_holds_the_picture_s_seed_and_lets_go(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        field = SeedField(atelier)
        show(field)
        assert field.seed is None
        field.set_picture_seed(42)
        for expected in (42, None):
            qtbot.mouseClick(button(field, "seed.lock"), LEFT)
            assert field.seed == expected

    def test_dice_and_same(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        field = SeedField(atelier)
        show(field)
        qtbot.mouseClick(button(field, "seed.dice"), LEFT)
        assert field.seed is not None
        assert not button(field, "seed.same").isEnabled()
        field.set_picture_seed(7)
        qtbot.keyClick(button(field, "seed.same"), Qt.Key.Key_Space)
        assert field.seed == 7

    @pytest.mark.parametrize(("typed", "seed"), [("123", 123), ("12ab3", 123), ("9" * 19, LARGEST), ("", None)])
    def test_typing(self, qtbot: QtBot, atelier: Atelier, show: Show, typed: str, seed: int | None) -> None:
        field = SeedField(atelier)
        show(field)
        edit = child(field, QLineEdit, "seed.number")
        qtbot.keyClicks(edit, typed)
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        assert field.seed == seed


class TestShapes:
    def test_the_paper_has_forty(self) -> None:
        sizes = trained_sizes((1024, 1024), 64)
        assert len(sizes) == len({ratio_name(size) for size in sizes}) == 40
        assert all(0.9 * 2**20 <= width * height <= 2**20 for width, height in sizes)
        assert [size for _, group in grouped(sizes) for size in group] == sorted(sizes, key=tall_to_wide)

    @given(st.sampled_from([8, 16, 32, 64]), st.integers(256, 2048))
    def test_other_models_get_the_same_shapes_on_their_grid(self, step: int, side: int) -> None:
        sizes = trained_sizes((side, side), step)
        assert 0 < len(sizes) <= 40
        assert all(width % step == height % step == 0 for width, height in sizes)

    @given(st.floats(-1e6, 1e6), st.sampled_from([8, 32, 64]))
    def test_free_sizes_are_snapped(self, side: float, step: int) -> None:
        snapped = Limits(step, 250, 2048).snap(side)
        assert snapped % step == 0
        assert 250 <= snapped <= 2048

    def test_names_turn_with_the_shape(self) -> None:
        assert [ratio_name(size) for size in ((1216, 832), (832, 1216), (1024, 1024), (1152, 896))] == [
            "3:2", "2:3", "1:1", "9:7",
        ]  # fmt: skip

    @given(
        st.sampled_from([8, 16, 32, 64]),
        st.integers(192, 2048),
        st.lists(st.tuples(st.integers(4, 32), st.integers(4, 32)).map(lambda sides: (sides[0] * 64, sides[1] * 64))),
    )
    def test_every_shape_has_a_name_of_its_own(self, step: int, side: int, own: list[tuple[int, int]]) -> None:
        trained = trained_sizes((side, side), step)
        called = names(trained, own)
        assert set(called) == {*trained, *own}
        assert len(set(called.values())) == len(called)
        assert called.items() >= names(trained).items()
        assert all(called[size] == ratio_name(size) or ratio_name(size) in called.values() for size in called)

    def test_the_nearest_is_called_by_the_familiar_name(self) -> None:
        assert names([(448, 1280), (448, 1248)]) == {(448, 1248): "5:14", (448, 1280): "7:20"}
        assert names([(1152, 896)], [(1088, 832), (576, 448)]) == {
            (1152, 896): "9:7", (1088, 832): "17:13", (576, 448): "576×448",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("size", "called"), [((1088, 832), "17:13"), ((896, 704), "14:11"), ((1728, 1344), "1728×1344")]
    )
    def test_no_two_in_the_row_read_the_same(
        self, atelier: Atelier, show: Show, size: tuple[int, int], called: str
    ) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        picker.set_size(size)
        shapes = picker.findChildren(ShapeButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
        shown = [each for each in shapes if each.isVisibleTo(picker)]
        assert len({each.text() for each in shown}) == len(shown) == 7
        own = button(picker, f"shape.{size[0]}x{size[1]}")
        assert own.text() == called
        assert f"{size[0]} × {size[1]}" in own.toolTip()
        assert own.width() >= own.minimumSizeHint().width()

    def test_pressing_a_favourite_and_turning_it(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        with qtbot.waitSignal(picker.size_changed) as changed:
            qtbot.mouseClick(button(picker, "shape.1216x832"), LEFT)
        assert changed.args == [1216, 832]
        qtbot.mouseClick(button(picker, "shape.swap"), LEFT)
        assert picker.size_in_pixels == (832, 1216)
        assert button(picker, "shape.832x1216").isChecked()

    def test_arrows_go_along_the_row(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        square = button(picker, "shape.1024x1024")
        square.setFocus()
        qtbot.keyClick(square, Qt.Key.Key_Right)
        assert button(picker, "shape.1152x896").hasFocus()

    def test_the_sheet_offers_all_and_snaps_what_is_typed(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        sheet = picker.sheet()
        qtbot.addWidget(sheet)
        sheet.show()
        qtbot.mouseClick(button(sheet, "shape.all.512x2048"), LEFT)
        assert picker.size_in_pixels == (512, 2048)
        width = child(sheet, NumberBox, "shape.all.width")
        width.lineEdit().selectAll()
        qtbot.keyClicks(width, "1000")
        qtbot.keyClick(width, Qt.Key.Key_Return)
        assert picker.size_in_pixels == (1024, 2048)

    def test_favourites_come_and_go(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        picker.set_size((640, 1536))
        sheet = picker.sheet()
        qtbot.addWidget(sheet)
        for expected in (True, False):
            with qtbot.waitSignal(picker.favourites_changed) as changed:
                button(sheet, "shape.all.favourite").click()
            assert ((640, 1536) in changed.args[0]["1024x1024/64"]) is expected

    def test_favourites_are_those_of_their_model(self, atelier: Atelier, show: Show) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        picker.set_favourites({"1024x1024/64": ((640, 1536),), "256x256/16": ((160, 384),)})
        assert button(picker, "shape.640x1536").isVisibleTo(picker)
        assert not button(picker, "shape.832x1216").isVisibleTo(picker)
        picker.set_model((256, 256), Limits(16, 64, 1024))
        assert button(picker, "shape.160x384").isVisibleTo(picker)

    def test_a_smaller_model_has_smaller_shapes(self, atelier: Atelier, show: Show) -> None:
        picker = AspectPicker(atelier)
        show(picker)
        picker.set_model((256, 256), Limits(16, 64, 1024))
        assert picker.size_in_pixels == (256, 256)
        assert button(picker, "shape.288x224").isVisibleTo(picker)


class TestHandOver:
    def test_says_the_steps_as_it_moves(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        control = HandOver(atelier)
        show(control)
        control.set_steps(25)
        assert control.slider.accessibleDescription() == "20 base + 5 refiner steps"
        with qtbot.waitSignal(control.handoff_changed) as changed:
            qtbot.keyClick(control.slider, Qt.Key.Key_PageDown)
        assert changed.args == [pytest.approx(0.7)]
        control.set_steps(40, lambda steps, handoff: (steps - 7, 7))
        assert control.slider.accessibleDescription() == "33 base + 7 refiner steps"

    def test_the_refiner_can_be_left_out(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        control = HandOver(atelier)
        show(control)
        qtbot.keyClick(button(control, "handoff.refiner"), Qt.Key.Key_Space)
        assert not control.refined
        assert control.slider.accessibleDescription() == "25 base + 0 refiner steps"


class TestFraming:
    def test_crop_moves_by_keys_and_mouse_and_stays_inside(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        pad = CropPad(atelier)
        show(pad)
        qtbot.keyClick(pad, Qt.Key.Key_Right)
        qtbot.keyClick(pad, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        qtbot.keyClick(pad, Qt.Key.Key_Left)
        qtbot.keyClick(pad, Qt.Key.Key_Left)
        assert pad.crop == (8, 0)
        qtbot.mousePress(pad, LEFT, pos=pad.rect().center())
        qtbot.mouseMove(pad, pad.rect().bottomRight() * 3)
        qtbot.mouseRelease(pad, LEFT)
        assert pad.crop == (512, 512)
        qtbot.keyClick(pad, Qt.Key.Key_Home)
        assert pad.crop == (0, 0)

    def test_an_imagined_size_is_a_picture_or_a_number(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        size = ImaginedSize(atelier, "original", "window.original", ORIGINALS)
        show(size)
        qtbot.mouseClick(button(size, "original.small"), LEFT)
        assert size.imagined == (512, 512)
        size.set_own((1152, 896))
        assert size.imagined == (576, 448)
        qtbot.mouseClick(button(size, "original.own"), LEFT)
        assert size.imagined is None
        width = child(size, NumberBox, "original.width")
        width.lineEdit().selectAll()
        qtbot.keyClicks(width, "300")
        qtbot.keyClick(width, Qt.Key.Key_Return)
        assert size.imagined == (300, 896)

    @pytest.mark.parametrize(("at", "score"), [((38, 2), 5.5), ((2, 74), 1.0), ((74, 74), 10.0)])
    def test_the_dial_is_turned_where_it_is_pressed(
        self, qtbot: QtBot, atelier: Atelier, show: Show, at: tuple[int, int], score: float
    ) -> None:
        dial = AestheticDial(atelier, "aesthetic", "window.aesthetic")
        dial.setFixedSize(76, 76)
        show(dial)
        qtbot.mouseClick(dial, LEFT, pos=QPoint(*at))
        assert dial.score == pytest.approx(score, abs=0.15)
        qtbot.keyClick(dial, Qt.Key.Key_Home)
        assert dial.score == 1

    @pytest.mark.parametrize("motion", [FULL, "reduced"])
    def test_a_fold_opens_and_says_what_is_in_it(self, qtbot: QtBot, atelier: Atelier, show: Show, motion: str) -> None:
        atelier.look.choose_motion(motion)
        inside = QPushButton("x")
        fold = Fold(atelier, "framing", "window.framing.name", inside)
        fold.set_summary("as trained")
        show(fold)
        assert fold.header.accessibleName() == "Framing and detail: as trained"
        for shown in (True, False):
            qtbot.keyClick(fold.header, Qt.Key.Key_Space)
            qtbot.waitUntil(partial(lambda shown: inside.isVisible() is shown, shown))
            assert fold.is_open is shown


class TestPictureWords:
    def test_rating_by_keys(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        rating = Rating(atelier)
        show(rating)
        with qtbot.waitSignal(rating.rated) as rated:
            qtbot.keyClick(rating.stars, Qt.Key.Key_4)
        assert rated.args == [4]
        qtbot.mouseClick(rating.stars, LEFT, pos=QPoint(4 + 22 + 5, 12))
        assert rating.stars.value() == 2
        with qtbot.waitSignal(rating.rejected) as rejected:
            qtbot.keyClick(rating.stars, Qt.Key.Key_X)
        assert rejected.args == [True]
        with qtbot.assertNotEmitted(rating.rated):
            rating.set_rating(5)
        assert rating.stars.accessibleDescription() == "5 stars"

    def test_tags_by_keys(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        editor = TagEditor(atelier)
        show(editor)
        line = child(editor, QLineEdit, "tags.add")
        qtbot.keyClicks(line, "sea,  night  sky ")
        qtbot.keyClick(line, Qt.Key.Key_Return)
        qtbot.keyClicks(line, "SEA,")
        assert editor.tags == ["sea", "night sky"]
        qtbot.keyClick(line, Qt.Key.Key_Backspace)
        assert (editor.tags, line.text()) == (["sea"], "night sky")
        qtbot.mouseClick(button(editor, "tags.0"), LEFT)
        assert editor.tags == []


class TestTelling:
    def test_a_notice_can_be_undone_once(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        notice, undone = NoticeBar(atelier), []
        show(notice)
        notice.tell("3 pictures in the trash", undo=lambda: undone.append(1))
        qtbot.mouseClick(button(notice, "notice.undo"), LEFT)
        notice.undo()
        assert undone == [1]
        assert not notice.isVisible()
        notice.tell("<b>plain</b>")
        assert not button(notice, "notice.undo").isVisible()
        qtbot.keyClick(notice, Qt.Key.Key_Escape)
        assert not notice.isVisible()

    def test_cost_is_one_line_to_hear(self, qtbot: QtBot, atelier: Atelier) -> None:
        line = CostLine(atelier)
        qtbot.addWidget(line)
        line.show_cost(Cost(verdict=FITS, pictures=4, seconds=52, need=6 * 1024**3, have=8 * 1024**3))
        assert line.accessibleName() == "Fits. 4 pictures, about 50 s 6 of 8 GB"

    def test_stages_say_where_they_are(self, qtbot: QtBot, atelier: Atelier, show: Show) -> None:
        bar = StageBar(atelier)
        bar.set_spans([Span("base", 20), Span("refiner", 5)])
        show(bar)
        moment = Moment(stage="refiner", share=0.5, index=1, count=4, picture_left=3, all_left=29)
        bar.show_moment(moment)
        assert bar.accessibleName() == "Picture 2 of 4 · refining"
        assert bar.accessibleDescription() == "3 s left, 29 s for all"
        with qtbot.waitSignal(bar.cancelled):
            qtbot.keyClick(button(bar, "stages.cancel"), Qt.Key.Key_Space)
