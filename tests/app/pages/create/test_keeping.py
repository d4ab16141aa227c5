"""Presets and styles: chosen, kept, renamed, deleted, taken back, passed on and brought in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from app.pages.create.shelf_dialog import ShelfDialog
from core.engine import Preset, preset_of
from core.request import Request
from tests.app.pages.create.conftest import Studio, Studios

MINE = Request(prompt="a fox", steps=31, sampler="dpmpp_2m", schedule="karras", width=320, height=192, seed=4, count=2)


@pytest.fixture
def studio(studios: Studios) -> Studio:
    opened = studios.open()
    opened.until(lambda: bool(opened.page.keeping.supplies.styles))
    return opened


def preset(studio: Studio, name: str) -> Preset:
    return next(each for each in studio.page.panel.presets.presets if each.name == name)


def choose(studio: Studio, name: str) -> None:
    actions = studio.page.panel.presets.menu_of_presets().actions()
    next(each for each in actions if each.text() == name).trigger()


def dialog(studio: Studio, name: str) -> QDialog:
    found = [each for each in studio.page.window().findChildren(QDialog, name) if each.isVisible()]
    assert len(found) == 1
    return found[0]


def fill(studio: Studio, **fields: str) -> None:
    entry = dialog(studio, "entry")
    for name, text in fields.items():
        field = entry.findChild(QWidget, f"entry.{name}")
        assert isinstance(field, QLineEdit | QPlainTextEdit)
        field.clear()
        studio.qtbot.keyClicks(field, text)
    studio.qtbot.mouseClick(entry.findChild(QWidget, "entry.keep"), Qt.MouseButton.LeftButton)


def own(studio: Studio) -> list[str]:
    bundle = studio.page.keeping.supplies.own
    return [*(each.name for each in bundle.presets), *(each.name for each in bundle.styles)]


def save_preset(studio: Studio, name: str) -> None:
    choose(studio, "Save these settings as a preset …")
    fill(studio, name=name)
    studio.until(lambda: name in own(studio))


def press_in_sheet(studio: Studio, deed: str) -> None:
    button = studio.page.panel.prompts.styles.sheet.findChild(QPushButton, f"styles.all.{deed}")
    assert button is not None
    button.click()


def press(studio: Studio, shelf: ShelfDialog, deed: str) -> None:
    studio.qtbot.mouseClick(shelf.buttons[deed], Qt.MouseButton.LeftButton)


@pytest.fixture
def manage(studio: Studio) -> Callable[[], ShelfDialog]:
    def opened() -> ShelfDialog:
        press_in_sheet(studio, "manage")
        shelf = dialog(studio, "shelf")
        assert isinstance(shelf, ShelfDialog)
        return shelf

    return opened


class TestPresets:
    def test_set_what_they_hold_and_leave_the_words(self, studio: Studio) -> None:
        panel = studio.page.panel
        panel.use(Request(prompt="a {red|blue} fox", negative="fog", seed=4, count=2))
        choose(studio, "Print")
        request = panel.request()
        assert (request.prompt, request.negative, request.seed, request.count) == ("a {red|blue} fox", "fog", 4, 2)
        assert (request.aspect, request.steps) == ("2:3", 30)
        assert panel.shape.size_in_pixels[0] < panel.shape.size_in_pixels[1]
        assert panel.prompts.styles.names == ("Woodblock print",)
        assert panel.presets.text() == "Print"
        panel.steps.set_value(12)
        assert panel.presets.text() == "presets"

    def test_what_was_set_before_can_be_had_back(self, studio: Studio) -> None:
        ways_back: list[Callable[[], None]] = []
        studio.page.undoable.connect(lambda code, data, undo: ways_back.append(undo))
        panel = studio.page.panel
        panel.use(MINE, ("Pastel",))
        choose(studio, "Print")
        ways_back[-1]()
        assert (panel.request(), panel.prompts.styles.names) == (MINE, ("Pastel",))
        studio.page.use(Request(prompt="{of a picture}"))
        ways_back[-1]()
        assert (panel.request(), panel.prompts.styles.names, panel.is_of_picture) == (MINE, ("Pastel",), False)

    def test_styles_that_are_gone_are_said(self, studio: Studio) -> None:
        told: list[tuple[str, dict[str, str]]] = []
        studio.page.undoable.connect(lambda code, data, undo: told.append((code, data)))
        studio.page.panel.use_preset(preset_of("Mine", MINE, ("Pastel", "Gone")))
        assert told == [("window_create.presets.without", {"name": "Mine", "styles": "Gone"})]
        assert studio.page.panel.prompts.styles.names == ("Pastel",)

    def test_settings_are_saved_and_come_back(self, studios: Studios, studio: Studio) -> None:
        studio.page.panel.use(MINE, ("Pastel",))
        save_preset(studio, "Mine & best")
        choose(studio, "Quick sketch")
        studio.close()
        again = studios.open()
        again.until(lambda: "Mine & best" in own(again))
        again.page.panel.presets.chosen.emit(preset(again, "Mine & best"))
        assert again.page.panel.request() == MINE
        assert again.page.panel.prompts.styles.names == ("Pastel",)

    def test_deleting_is_taken_back_from_the_notice(self, studio: Studio, manage: Callable[[], ShelfDialog]) -> None:
        save_preset(studio, "Mine")
        undoable: list[Callable[[], None]] = []
        studio.page.undoable.connect(lambda code, data, undo: undoable.append(undo))
        shelf = manage()
        with studio.qtbot.waitActive(shelf):
            shelf.activateWindow()
        shelf.list.setFocus()
        studio.qtbot.keyClick(shelf.list, Qt.Key.Key_Delete)
        studio.until(lambda: own(studio) == [])
        assert "Mine is deleted" in shelf.said.text()
        undoable[-1]()
        studio.until(lambda: own(studio) == ["Mine"])


class TestStyles:
    def test_a_new_one_is_written_and_used(self, studio: Studio) -> None:
        styles = studio.page.panel.prompts.styles
        press_in_sheet(studio, "save")
        fill(studio, name="Moss", prompt="{prompt}, overgrown with moss", negative="desert")
        studio.until(lambda: own(studio) == ["Moss"])
        styles.toggle("Moss")
        assert [style.negative for style in studio.page.panel.sketch().styles] == ["desert"]

    def test_renamed_changed_and_taken_back(self, studio: Studio, manage: Callable[[], ShelfDialog]) -> None:
        self.test_a_new_one_is_written_and_used(studio)
        shelf = manage()
        press(studio, shelf, "rename")
        fill(studio, name="Fern")
        studio.until(lambda: own(studio) == ["Fern"])
        press(studio, shelf, "edit")
        fill(studio, prompt="ferns, {prompt}")
        studio.until(lambda: studio.page.keeping.supplies.own.styles[0].prompt == "ferns, {prompt}")
        press(studio, shelf, "undo")
        press(studio, shelf, "undo")
        studio.until(lambda: own(studio) == ["Moss"])
        assert studio.page.panel.prompts.styles.names == ()

    def test_a_name_that_is_taken_is_said(self, studio: Studio, manage: Callable[[], ShelfDialog]) -> None:
        self.test_a_new_one_is_written_and_used(studio)
        shelf = manage()
        press(studio, shelf, "rename")
        fill(studio, name="etching")
        studio.until(lambda: "etching comes with Hanga" in shelf.said.text())
        assert own(studio) == ["Moss"]


class TestFiles:
    def test_go_out_and_come_in_elsewhere(
        self, studio: Studio, manage: Callable[[], ShelfDialog], tmp_path: Path
    ) -> None:
        save_preset(studio, "Mine")
        shelf = manage()
        shelf.export(str(tmp_path / "out"))
        studio.until(lambda: "out.json" in shelf.said.text())
        press(studio, shelf, "remove")
        studio.until(lambda: own(studio) == [])
        shelf.bring_in(str(tmp_path / "out.json"))
        studio.until(lambda: own(studio) == ["Mine"])
        assert "presets: 1, styles: 0" in shelf.said.text()

    def test_a_bad_one_is_one_sentence_and_changes_nothing(
        self, studio: Studio, manage: Callable[[], ShelfDialog], tmp_path: Path
    ) -> None:
        save_preset(studio, "Mine")
        (tmp_path / "bad.json").write_text('{"hanga": 1, "styles": [{"name": "Good"}, {"name": 4}]}')
        shelf = manage()
        shelf.bring_in(str(tmp_path / "bad.json"))
        studio.until(lambda: "Number 2 in bad.json" in shelf.said.text())
        assert own(studio) == ["Mine"]
