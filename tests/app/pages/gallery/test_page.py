"""The gallery as an artist uses it: finding, marking, throwing away, looking closely."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QMessageBox, QWidget

from app.pages.gallery.details import COPY_PROMPT, USE
from core.engine import Engine, Query
from core.request import Guidance, Request
from tests.app.pages.gallery.conftest import Gallery, request
from tests.app.test_accessibility import nameless

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(gallery: Gallery, name: str) -> None:
    button = gallery.page.window().findChild(QAbstractButton, name)
    assert button is not None, name
    gallery.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


class TestFinding:
    def test_words_and_terms(self, gallery: Gallery) -> None:
        newest = gallery.ids()
        assert gallery.shown() == newest
        assert len(gallery.search("red")) == 2
        assert len(gallery.search("赤い")) == 1
        assert len(gallery.search("seed:1")) == 1
        (model, *_) = gallery.ask(lambda engine: [seen.name for seen in engine.library.models_seen()])
        assert len(gallery.search(f"model:{model[:4].upper()}")) == 4
        assert gallery.search("no such thing") == []
        assert gallery.page.browser.nothing.isVisible()
        assert gallery.search("") == newest

    def test_only_the_last_of_quick_questions_is_answered(self, gallery: Gallery) -> None:
        shown: list[int] = []
        gallery.page._results.found.connect(lambda outline: shown.append(len(outline)))
        for line in ("red", "night", "no such thing", "boat"):
            gallery.page.browser.search.set_line(line)
        gallery.wait(lambda: shown)
        gallery.ask(lambda engine: None)
        assert shown == [2]

    def test_typing_asks_and_return_goes_to_the_pictures(self, gallery: Gallery) -> None:
        edit = gallery.page.browser.search.edit
        gallery.qtbot.keyClicks(edit, "night")
        gallery.wait(lambda: len(gallery.shown()) == 1)
        gallery.qtbot.keyClick(edit, Key.Key_Return)
        assert gallery.page.browser.grid.hasFocus()

    def test_filters_write_into_the_line_and_count(self, gallery: Gallery) -> None:
        first, second, *_ = gallery.ids()
        gallery.ask(lambda engine: engine.library.tag([first, second], "night sky"))
        gallery.ask(lambda engine: engine.library.collect([first], "Covers"))
        gallery.page._ask_counts()
        gallery.wait(lambda: gallery.page.findChild(QAbstractButton, "gallery.filter.tag.1"))
        press(gallery, "gallery.filter.tag.1")
        assert gallery.page.browser.search.line == 'tag:"night sky"'
        gallery.wait(lambda: gallery.shown() == [first, second])
        press(gallery, "gallery.filter.collection.1")
        gallery.wait(lambda: gallery.shown() == [first])
        chip = gallery.page.findChild(QAbstractButton, "gallery.filter.tag.1")
        assert chip is not None
        assert chip.isChecked()
        press(gallery, "gallery.filter.all")
        gallery.wait(lambda: len(gallery.shown()) == 4)
        assert not chip.isChecked()

    def test_order(self, gallery: Gallery) -> None:
        newest = gallery.ids()
        gallery.page.browser.search.order.setCurrentIndex(1)
        gallery.wait(lambda: gallery.shown() == newest[::-1])


class TestMarking:
    def test_keys_rate_and_undo_takes_back(self, gallery: Gallery) -> None:
        picked = gallery.pick(0, 2)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_4)
        gallery.wait(lambda: gallery.done)
        assert gallery.done == [("window_gallery.rated.many", {"number": 2, "rating": 4})]
        assert [gallery.page.browser.outline.glance(place).rating for place in (0, 1, 2)] == [4, 0, 4]
        assert gallery.ask(lambda engine: engine.library.ids(Query(rating=4))) == picked
        gallery.page.undo()
        gallery.wait(lambda: gallery.page.browser.outline.glance(0).rating == 0)
        gallery.page.redo()
        gallery.wait(lambda: gallery.page.browser.outline.glance(0).rating == 4)
        assert gallery.page.browser.selected() == picked

    def test_an_arrow_and_a_figure_rate_a_picture_that_is_alone(self, gallery: Gallery) -> None:
        (alone,) = gallery.search("night")
        grid = gallery.page.browser.grid
        gallery.qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.viewport().rect().center())
        assert gallery.page.browser.selected() == []
        gallery.qtbot.keyClick(grid, Key.Key_Right)
        gallery.qtbot.keyClick(grid, Key.Key_4)
        gallery.wait(lambda: gallery.ask(lambda engine: engine.library.ids(Query(rating=4))) == [alone])

    def test_x_rejects_and_again_takes_it_back(self, gallery: Gallery) -> None:
        (picked,) = gallery.pick(1)

        def is_rejected(engine: Engine) -> bool:
            return engine.library.picture(picked).rejected

        for rejected in (True, False):
            gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_X)
            gallery.wait(lambda: gallery.ask(is_rejected) is rejected)  # noqa: B023

    def test_the_details_say_how_it_was_made_and_mark_all_selected(self, gallery: Gallery) -> None:
        picked = sorted(gallery.pick(gallery.place("a red boat"), gallery.place("赤い月の狐")), reverse=True)
        details = gallery.page.details
        gallery.wait(lambda: details.about is not None and details.about.picture.prompt == "a red boat")
        assert details.about is not None
        assert details.about.steps == (3, 0)
        details.rating.stars.setValue(3)
        gallery.wait(lambda: gallery.ask(lambda engine: engine.library.ids(Query(rating=3))) == picked)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_T)
        typed = details.tags.focusProxy()
        assert typed is not None
        assert typed.hasFocus()
        gallery.qtbot.keyClicks(typed, "sea")
        gallery.qtbot.keyClick(typed, Key.Key_Return)
        gallery.wait(lambda: gallery.ask(lambda engine: engine.library.ids(Query(tags=("sea",)))) == picked)

    def test_the_details_tell_what_was_lost_for_speed(self, gallery: Gallery) -> None:
        def told() -> list[str]:
            return [label.text() for label in gallery.page.details.recipe.findChildren(QLabel) if label.isVisible()]

        gallery.make(replace(request("a fast fox", 9), step_cache=2, guidance=Guidance(interval=(0.0, 0.8))))
        gallery.wait(lambda: len(gallery.shown()) == len(gallery.ids()))
        gallery.pick(gallery.place("a fast fox"))
        gallery.wait(lambda: "2 steps share · guided 0–80 %" in told())
        assert "Faster" in told()
        gallery.pick(gallery.place("a red boat"))
        gallery.wait(lambda: "Faster" not in told())

    def test_use_these_settings_and_copy_the_prompt(self, gallery: Gallery) -> None:
        gallery.pick(gallery.place("a red boat"))
        gallery.wait(lambda: gallery.page.details.about is not None)
        with gallery.qtbot.waitSignal(gallery.page.use) as used:
            gallery.page.details.buttons[USE].click()
        assert used.args == [Request(prompt="a red boat", refiner=None, width=96, height=64, steps=3, seed=3)]
        gallery.page.details.buttons[COPY_PROMPT].click()
        assert QGuiApplication.clipboard().text() == "a red boat"

    def test_comparing_wants_two_to_four(self, gallery: Gallery) -> None:
        gallery.pick(0)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_C)
        assert gallery.codes() == ["window_gallery.compare_how_many"]
        picked = gallery.pick(0, 1, 3)
        with gallery.qtbot.waitSignal(gallery.page.compare) as compared:
            gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_C)
        assert compared.args == [picked]


class TestTrash:
    def test_delete_and_undo(self, gallery: Gallery) -> None:
        before = gallery.shown()
        gallery.pick(1)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_Delete)
        gallery.wait(lambda: gallery.shown() == [before[0], *before[2:]])
        assert gallery.page.browser.selected() == [before[2]]
        assert gallery.codes() == ["window_gallery.trashed.one"]
        gallery.page.undo()
        gallery.wait(lambda: gallery.shown() == before)

    def test_the_trash_restores_and_is_emptied_after_a_question(
        self, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = gallery.shown()
        gallery.pick(0, 1)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_Delete)
        gallery.wait(lambda: len(gallery.shown()) == 2)
        gallery.pick(0)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_Delete)
        gallery.wait(lambda: len(gallery.shown()) == 1)
        press(gallery, "gallery.filter.trash")
        trash = gallery.page.browser.trash
        gallery.wait(lambda: trash.count == 3)
        press(gallery, "gallery.trash.restore.0")
        gallery.wait(lambda: trash.count < 3 and len(gallery.shown()) == 4 - trash.count)
        left = trash.count
        sent: list[object] = []
        gallery.ask(lambda engine: monkeypatch.setattr(engine.library, "_send", sent.append))
        press(gallery, "gallery.trash.empty")
        box = trash.findChild(QMessageBox)
        assert box is not None
        assert str(left) in box.text()
        next(button for button in box.buttons() if button.objectName() == "gallery.trash.confirm.go").click()
        gallery.wait(lambda: sent)
        gallery.wait(lambda: "window_gallery.emptied" in gallery.codes())
        press(gallery, "gallery.filter.all")
        assert gallery.page.browser.grid.isVisible()
        assert set(gallery.shown()) < set(before)


class TestHearing:
    def test_a_new_picture_leaves_selection_and_place(self, gallery: Gallery) -> None:
        (picked,) = gallery.pick(1)
        gallery.make(request("one more", 9))
        gallery.wait(lambda: len(gallery.shown()) == 5)
        assert gallery.page.browser.selected() == [picked]

    def test_showing_a_picture_that_the_search_hides(self, gallery: Gallery) -> None:
        boat = gallery.shown()[gallery.place("a boat at night")]
        assert boat not in gallery.search("lighthouse")
        gallery.page.select(boat)
        gallery.wait(lambda: gallery.page.browser.selected() == [boat])
        assert gallery.page.browser.search.line == ""


class TestLargeView:
    def test_opens_steps_rates_and_closes(self, gallery: Gallery) -> None:
        shown = gallery.shown()
        gallery.pick(0)
        gallery.qtbot.keyClick(gallery.page.browser.grid, Key.Key_Space)
        canvas = gallery.page.browser.large.canvas
        first, second = (each.prompt for each in gallery.ask(lambda engine: engine.library.pictures(shown[:2])))
        gallery.wait(lambda: canvas.accessibleDescription() == first)
        gallery.qtbot.keyClick(canvas, Key.Key_Right)
        gallery.wait(lambda: canvas.accessibleDescription() == second)
        gallery.qtbot.keyClick(canvas, Key.Key_5)
        gallery.wait(lambda: gallery.ask(lambda engine: engine.library.ids(Query(rating=5))) == [shown[1]])
        gallery.qtbot.keyClick(canvas, Key.Key_Escape)
        assert gallery.page.browser.grid.hasFocus()
        assert gallery.page.browser.selected() == [shown[1]]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_control_has_a_name_and_nothing_is_cut_off_in_a_small_window(gallery: Gallery, language: str) -> None:
    gallery.page._atelier.language.choose(language)
    gallery.pick(0)
    gallery.wait(lambda: gallery.page.details.about is not None)
    assert nameless(gallery.page) == []
    assert gallery.page.minimumSizeHint().width() <= 1024 - 76
    gallery.page.resize(1024 - 76, 700)
    for widget in gallery.page.findChildren(QWidget):
        if widget.isVisible() and isinstance(widget, QAbstractButton):
            right = widget.mapTo(gallery.page, QPoint(widget.width(), 0)).x()
            assert right <= gallery.page.width(), widget.objectName()


def test_dialogs_do_not_stay(gallery: Gallery) -> None:
    assert gallery.page.window().findChildren(QDialog) == []
