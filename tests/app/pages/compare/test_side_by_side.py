"""Two to four pictures side by side, as an artist looks at them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from app.language import Language
from app.pages.compare.page import ComparePage, columns_for
from app.pages.compare.recipes import differences
from core.request import Guidance, Lora, Request
from tests.app.conftest import Show
from tests.app.pages.compare.studio import Studio, request

Key = Qt.Key


@pytest.fixture
def page(studio: Studio, show: Show) -> ComparePage:
    page = ComparePage(studio.atelier, studio.thread)
    page.resize(1200, 800)
    page.say.connect(lambda code, data: studio.said.append((code, data)))
    page.done.connect(lambda code, data: studio.said.append((code, data)))
    studio.thread.noticed.connect(page.hear)
    show(page)
    return page


def compare(studio: Studio, page: ComparePage, *requests: Request) -> list[int]:
    made = studio.make(*requests)
    page.show_pictures(made)
    studio.wait(lambda: page.pictures == made and len(page._images) == len(made))
    return made


def shown(page: ComparePage) -> list:
    return [pane for pane in page.panes if pane.isVisible()]


def told(page: ComparePage) -> list[str]:
    return [label.text() for label in page.table.findChildren(QLabel)]


class TestPictures:
    def test_each_has_a_pane_and_only_differences_are_told(self, studio: Studio, page: ComparePage) -> None:
        compare(studio, page, request(), request(steps=5), request(seed=9))
        assert len(shown(page)) == 3
        texts = told(page)
        assert {"Steps", "Seed"} <= set(texts)
        assert not {"Prompt", "Sampler"} & set(texts)

    def test_zoom_and_pan_are_in_step(self, studio: Studio, page: ComparePage) -> None:
        compare(studio, page, request(), request(seed=9), request(width=192, height=128))
        first, second, larger = (pane.canvas for pane in shown(page))
        first.zoom_by(16, QPointF(10, 10))
        second.pan(QPointF(-40, -25))
        assert first.zoom == pytest.approx(second.zoom) == pytest.approx(2 * larger.zoom)
        one, two = first._view, second._view
        assert (one.x, one.y) == (pytest.approx(two.x, abs=1), pytest.approx(two.y, abs=1))
        second.fit()
        assert [canvas.fits for canvas in (first, second, larger)] == [True] * 3

    def test_two_are_also_seen_one_over_the_other(self, studio: Studio, page: ComparePage) -> None:
        compare(studio, page, request(), request(seed=9))
        studio.qtbot.keyClick(page.panes[0].canvas, Key.Key_S)
        assert (page.slides, page.slider.divider.isVisible()) == (True, True)
        studio.qtbot.keyClick(page.slider, Key.Key_S)
        assert not page.slides

    def test_three_are_not(self, studio: Studio, page: ComparePage) -> None:
        compare(studio, page, request(), request(seed=9), request(seed=10))
        page.toggle_slider()
        assert not page.slides


class TestKeys:
    def test_rate_and_reject_the_picture_that_has_the_focus(self, studio: Studio, page: ComparePage) -> None:
        made = compare(studio, page, request(), request(seed=9))
        studio.qtbot.keyClick(page.panes[0].canvas, Key.Key_Right)
        assert page.panes[1].canvas.hasFocus()
        studio.qtbot.keyClick(page.panes[1].canvas, Key.Key_4)
        studio.qtbot.keyClick(page.panes[1].canvas, Key.Key_X)
        studio.wait(lambda: len(studio.said) == 2)
        marks = studio.ask(lambda engine: [(p.rating, p.rejected) for p in engine.library.pictures(made)])
        assert marks == [(0, False), (4, True)]
        page.undo()
        page.undo()
        studio.wait(lambda: page.panes[1].rating.stars.value() == 0)
        assert studio.ask(lambda engine: engine.library.picture(made[1]).rating) == 0

    def test_escape_goes_back(self, studio: Studio, page: ComparePage) -> None:
        compare(studio, page, request(), request(seed=9))
        with studio.qtbot.waitSignal(page.left):
            studio.qtbot.keyClick(page.panes[0].canvas, Key.Key_Escape)

    def test_a_picture_that_goes_away_leaves_the_others(self, studio: Studio, page: ComparePage) -> None:
        made = compare(studio, page, request(), request(seed=9))
        studio.ask(lambda engine: engine.library.trash(made[:1]))
        with studio.qtbot.waitSignal(page.left):
            page.show_pictures(made)


class TestDifferences:
    def test_every_setting_is_told_by_name_or_member(self) -> None:
        language = Language("en")
        one = request()
        other = replace(
            one,
            refiner="r/sd_xl_refiner.safetensors",
            handoff=0.7,
            loras=(Lora(name="a.safetensors", weight=0.5),),
            dtype="fp32",
            merge_tokens=0.4,
            guidance=Guidance(interval=(0.1, 0.8)),
        )
        found = {each.name: each.values for each in differences([one, other, None], language)}
        assert found["Refiner"] == ("off", "sd_xl_refiner", "–")
        assert found["Hand-over"] == ("0.8", "0.7", "–")
        assert found["LoRAs"] == ("–", "a 0.5", "–")
        assert found["Merged areas"] == ("0 %", "40 %", "–")
        assert found["Guided part"] == ("0–100 %", "10–80 %", "–")
        assert found["dtype"] == ("auto", "fp32", "–")

    def test_the_same_has_none(self) -> None:
        assert differences([request(), request()], Language("ja")) == []


class TestPlaces:
    def test_four_wide_pictures_stand_in_two_rows_four_tall_ones_in_one(self) -> None:
        assert columns_for([1.5] * 4, 1.5) == 2
        assert columns_for([0.6] * 4, 2) == 4
        assert columns_for([1.5] * 3, 1.5) == columns_for([], 1) == 4
