"""What an artist does on the Create page, from typing to the picture."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.widgets.fold import Fold
from app.widgets.prompt_text import PromptText
from core.errors import HangaError
from core.events import Previewed
from core.request import Guidance, MicroConditioning, Request
from tests.app.pages.create.conftest import Studio, Studios
from tests.jobs.fake import raising

CONTROL = Qt.KeyboardModifier.ControlModifier


def prompt(studio: Studio) -> PromptText:
    return studio.page.panel.prompts.prompt.edit


def press_generate(studio: Studio) -> None:
    studio.qtbot.keyClick(prompt(studio), Qt.Key.Key_Return, CONTROL)


class TestFirstPicture:
    def test_everything_is_ready(self, studios: Studios) -> None:
        studio = studios.open()
        assert QApplication.focusWidget() is prompt(studio)
        request = studio.page.panel.request()
        assert request == Request(prompt="a red sailboat on a calm sea at sunset")
        studio.until(lambda: "Fits" in studio.page.panel.cost.accessibleName())

    def test_what_is_written_takes_the_place_of_the_example(self, studios: Studios) -> None:
        studio = studios.open()
        studio.qtbot.keyClicks(prompt(studio), "a fox")
        assert studio.page.panel.request().prompt == "a fox"

    def test_what_was_written_before_is_gone_on_with(self, studios: Studios) -> None:
        studio = studios.open()
        studio.page.panel.prompts.prompt.set_text("a fox")
        studio.close()
        again = studios.open()
        again.until(lambda: again.page.panel.request().prompt == "a fox")
        again.qtbot.keyClicks(prompt(again), " asleep")
        assert again.page.panel.request().prompt == "a fox asleep"

    def test_the_blank_sheet_has_the_shape_of_the_picture(self, studios: Studios) -> None:
        studio = studios.open()
        canvas = studio.page.easel.canvas
        assert canvas.accessibleDescription() == "Press Generate, and watch the picture come."
        studio.page.panel.shape.set_size((256, 256))
        square = canvas.grab().toImage()
        studio.page.panel.shape.set_size((384, 160))
        assert canvas.grab().toImage() != square

    def test_type_press_see_preview_and_picture(self, studios: Studios) -> None:
        studio = studios.open()
        seen: list[Previewed] = []
        studio.page.following.previewed.connect(seen.append)
        studio.page.panel.prompts.prompt.edit.selectAll()
        studio.qtbot.keyClicks(prompt(studio), "a fox")
        press_generate(studio)
        studio.until(lambda: studio.page.easel.shown is not None)
        assert seen
        shown = studio.page.easel.shown
        assert shown is not None
        assert shown.picture.prompt == "a fox"
        studio.until(lambda: len(studio.page.recent.pictures.rows) == 1)
        studio.until(lambda: studio.page.following.job is None)
        assert not studio.page.easel.stages.isVisible()
        assert studio.page.panel.prompts.prompt.history.prompts[0] == "a fox"
        assert studio.said == []

    def test_the_bar_tells_how_far_it_is(self, studios: Studios) -> None:
        studio = studios.open(seconds=0.1)
        studio.page.panel.count.set_count(2)
        press_generate(studio)
        studio.until(lambda: "Picture 2 of 2" in studio.page.easel.stages.accessibleName())
        assert studio.page.easel.stages.isVisible()

    def test_it_can_be_stopped(self, studios: Studios) -> None:
        studio = studios.open(seconds=0.4)
        press_generate(studio)
        studio.until(lambda: studio.page.following.job is not None)
        studio.qtbot.mouseClick(studio.page.findChild(QWidget, "stages.cancel"), Qt.MouseButton.LeftButton)
        studio.until(lambda: studio.page.following.job is None)
        assert studio.page.easel.shown is None
        assert not studio.page.easel.stages.isVisible()


class TestTheDraft:
    def test_comes_back_after_a_restart(self, studios: Studios) -> None:
        studio = studios.open()
        studio.until(lambda: "Fits" in studio.page.panel.cost.accessibleName())
        studio.page.panel.prompts.prompt.set_text("half a thought")
        studio.page.panel.steps.set_value(12)
        studio.page.panel.faster.step_cache.set_value(3)
        studio.page.panel.faster.merge_tokens.set_value(25)
        studio.page.panel.faster.guided.set_span(0.2, 0.9)
        kept = studio.page.panel.request()
        studio.close()
        again = studios.open()
        again.until(lambda: again.page.panel.request().prompt == "half a thought")
        assert again.page.panel.request() == kept


class TestSettingsOfAPicture:
    REQUEST = Request(
        prompt="a lighthouse",
        negative="fog",
        prompt_2="bold colours",
        width=320,
        height=192,
        steps=31,
        sampler="dpmpp_2m",
        schedule="karras",
        guidance=Guidance(scale=7.5, rescale=0.3, interval=(0.1, 0.8)),
        handoff=0.62,
        positive=MicroConditioning(original_size=(128, 128), crop=(16, 24), target_size=(512, 512), aesthetic=7.2),
        negative_conditioning=MicroConditioning(aesthetic=1.5),
        step_cache=2,
        merge_tokens=0.4,
        seed=77,
        count=3,
    )

    def test_set_every_control(self, studios: Studios) -> None:
        studio = studios.open()
        panel = studio.page.panel
        studio.page.use(self.REQUEST)
        assert panel.prompts.prompt.text == "a lighthouse"
        assert (panel.prompts.negative.text, panel.prompts.second_text) == ("fog", "bold colours")
        assert panel.shape.size_in_pixels == (320, 192)
        assert (panel.steps.value, panel.guidance.value, panel.seed.seed, panel.count.count) == (31, 7.5, 77, 3)
        assert panel.method.words == "DPM++ 2M · Karras"
        assert (panel.model.hand_over.handoff, panel.model.refiner) == (0.62, "auto")
        assert (panel.framing.original.imagined, panel.framing.pad.crop) == ((128, 128), (16, 24))
        assert (panel.framing.target.imagined, panel.framing.wanted.score) == ((512, 512), 7.2)
        assert (panel.faster.step_cache.value, panel.faster.merge_tokens.value) == (2, 40)
        assert panel.faster.guided.span == (0.1, 0.8)
        assert panel.request() == self.REQUEST

    def test_of_the_picture_that_is_seen(self, studios: Studios) -> None:
        studio = studios.open()
        press_generate(studio)
        studio.until(lambda: studio.page.easel.shown is not None)
        studio.page.panel.prompts.prompt.set_text("something else")
        studio.page.easel.take.click()
        request = studio.page.panel.request()
        shown = studio.page.easel.shown
        assert shown is not None
        assert (request.prompt, request.seed) == ("a red sailboat on a calm sea at sunset", shown.picture.seed)


def test_the_refined_picture_is_compared_with_the_base(studios: Studios) -> None:
    studio = studios.open()
    press_generate(studio)
    studio.until(lambda: studio.page.easel.shown is not None)
    studio.page.easel.compare.click()
    assert studio.page.easel.canvas.divider.isVisible()
    studio.page.easel.compare.click()
    assert not studio.page.easel.canvas.divider.isVisible()


class TestTheLatest:
    def test_choosing_one_shows_it_and_return_opens_it(self, studios: Studios) -> None:
        studio = studios.open()
        studio.page.panel.count.set_count(2)
        press_generate(studio)
        studio.until(lambda: len(studio.page.recent.pictures.rows) == 2 and studio.page.following.job is None)
        older = int(studio.page.recent.pictures.rows[1].identity)
        studio.until(lambda: studio.page.easel.shown is not None and studio.page.easel.shown.picture.id != older)
        studio.page.recent.setCurrentIndex(studio.page.recent.pictures.index(1))
        studio.until(lambda: studio.page.easel.shown is not None and studio.page.easel.shown.picture.id == older)
        with studio.qtbot.waitSignal(studio.page.show_in_gallery) as opened:
            studio.qtbot.keyClick(studio.page.recent, Qt.Key.Key_Return)
        assert opened.args == [older]

    def test_refine_later_makes_another_one(self, studios: Studios) -> None:
        studio = studios.open()
        press_generate(studio)
        studio.until(lambda: studio.page.easel.shown is not None and studio.page.following.job is None)
        first = studio.page.easel.shown
        studio.page.easel.later.click()
        studio.page.easel.refine.set_handoff(0.5)
        studio.qtbot.mouseClick(studio.page.easel.refine.findChild(QWidget, "refine.go"), Qt.MouseButton.LeftButton)
        studio.until(lambda: studio.page.easel.shown is not first)
        shown = studio.page.easel.shown
        assert shown is not None
        assert first is not None
        assert shown.picture.request is not None
        assert (shown.picture.request.handoff, shown.picture.parent) == (0.5, first.picture.key)

    def test_is_folded_away_in_a_small_window(self, studios: Studios) -> None:
        studio = studios.open()
        assert studio.page.recent.isVisible()
        studio.page.resize(948, 660)
        studio.until(lambda: not studio.page.recent.isVisible())
        assert studio.page.panel.generate.isVisible()


class TestTrouble:
    def test_what_planning_refuses_is_said_at_the_cost(self, studios: Studios) -> None:
        studio = studios.open()
        studio.page.use(Request(prompt="x", checkpoint="nowhere"))
        studio.until(lambda: "no model called nowhere" in studio.page.panel.refusal)
        studio.page.generate()
        assert studio.page.following.job is None
        studios.atelier.look.choose("light")
        studio.page.panel.changed.emit()
        assert "no model called nowhere" in studio.page.panel.refusal
        studio.page.use(Request(prompt="x"))
        studio.until(lambda: "Fits" in studio.page.panel.cost.accessibleName())
        assert studio.page.panel.refusal == ""

    def test_a_job_that_fails_is_said(self, studios: Studios) -> None:
        studio = studios.open([raising(HangaError("memory.exhausted", device="cpu"), before=4)])
        press_generate(studio)
        studio.until(lambda: bool(studio.said))
        assert len(studio.said) == 1

    def test_a_refiner_that_is_not_there_is_said(self, studios: Studios) -> None:
        studio = studios.open()
        studio.until(lambda: "Fits" in studio.page.panel.cost.accessibleName())
        card = studio.page.panel.model
        card.set_models([each for each in card._models if not each.is_refiner])
        card.set_checkpoint("other")
        assert card.refiner is None
        card.hand_over.set_refined(True)
        assert card.refiner is None
        assert "no refiner" in studio.said[0]
        card.set_checkpoint("starter")


def test_every_control_is_named(studios: Studios) -> None:
    studio = studios.open()
    studio.page.easel.later.setEnabled(True)
    studio.page.easel.later.setChecked(True)
    for fold in studio.page.panel.findChildren(Fold):
        fold.set_open(True)
    nameless = []
    for widget in studio.page.findChildren(QWidget):
        wants_focus = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(studio.page)
        inner = widget.objectName().startswith("qt_") or (isinstance(widget, QLineEdit) and not widget.objectName())
        if wants_focus and not inner:
            interface = QAccessible.queryAccessibleInterface(widget)
            if not widget.objectName() or not interface.text(QAccessible.Text.Name):
                nameless.append((type(widget).__name__, widget.objectName()))
    assert nameless == []


def test_language_changes_at_once(studios: Studios) -> None:
    studio = studios.open()
    studios.atelier.language.choose("ja")
    assert studio.page.panel.generate.text() == "生成"
    assert "サンプラー" in studio.page.panel.method._schedules.box.itemText(0)
