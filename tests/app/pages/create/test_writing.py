"""From what is typed to what is made: styles, lists and choices, LoRAs; and what is offered and remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QWidget

from app.pages.create.panel import Panel
from core.engine import Picture, Query
from core.request import PROMPT_LIMIT, Lora, Request
from tests.app.pages.create.conftest import Studio, Studios
from tests.app.pages.create.loras import write_lora
from tests.app.pages.create.test_page import press_generate, prompt


@pytest.fixture
def studio(studios: Studios) -> Studio:
    home = studios.home
    home.wildcards.mkdir(parents=True)
    (home.wildcards / "animal.txt").write_text("fox\nowl\nhare\nbear\n")
    write_lora(home.loras / "ink.safetensors")
    write_lora(home.loras / "film.safetensors")
    opened = studios.open()
    opened.until(lambda: bool(opened.page.keeping.supplies.styles))
    return opened


def made(studio: Studio, count: int = 1) -> list[Picture]:
    """The pictures, oldest first, once there are so many and nothing runs."""
    studio.until(lambda: len(studio.page.recent.pictures.rows) == count and studio.page.following.job is None)
    answers: list[tuple[Picture, ...]] = []
    studio.thread.ask(lambda engine: engine.library.page(Query(), count).pictures, answers.append)
    studio.until(lambda: bool(answers))
    return list(reversed(answers[0]))


def write(studio: Studio, words: str) -> Panel:
    studio.page.panel.prompts.prompt.set_text(words)
    return studio.page.panel


class TestStyles:
    def test_are_found_turned_on_and_off(self, studio: Studio) -> None:
        row = studio.page.panel.prompts.styles
        studio.qtbot.mouseClick(row.add, Qt.MouseButton.LeftButton)
        studio.qtbot.keyClicks(row.sheet.search, "etch")
        studio.qtbot.keyClick(row.sheet.search, Qt.Key.Key_Return)
        row.sheet.search.clear()
        studio.qtbot.keyClicks(row.sheet.search, "woodb")
        studio.qtbot.keyClick(row.sheet.search, Qt.Key.Key_Return)
        assert list(row.names) == ["Etching", "Woodblock print"]
        studio.qtbot.mouseClick(row.findChild(QWidget, "styles.0"), Qt.MouseButton.LeftButton)
        assert list(row.names) == ["Woodblock print"]

    def test_are_in_the_picture_and_the_words_stay_as_they_were_typed(self, studio: Studio) -> None:
        panel = write(studio, "a fox")
        panel.prompts.styles.toggle("Linocut")
        press_generate(studio)
        (picture,) = made(studio)
        assert picture.request is not None
        assert picture.request.prompt.startswith("a fox, linocut,")
        assert "gradients" in picture.request.negative
        assert (panel.prompts.prompt.text, panel.prompts.negative.text) == ("a fox", "")
        assert panel.prompts.prompt.history.prompts[0] == "a fox"

    def test_what_the_model_reads_is_shown_on_demand(self, studio: Studio) -> None:
        panel = write(studio, "a {red|red} fox <lora:ink:0.5>")
        reading = panel.prompts.reading
        assert not reading.isVisible()
        studio.qtbot.mouseClick(panel.prompts.styles.reading, Qt.MouseButton.LeftButton)
        panel.prompts.styles.toggle("Linocut")
        studio.until(lambda: reading.prompt.text().startswith("a red fox, linocut"))
        assert reading.isVisible()
        assert "ink 0.5" in reading._rest.text()
        assert reading._example.isVisible()

    def test_what_the_model_reads_is_what_is_counted(self, studio: Studio) -> None:
        panel = write(studio, "a fox")
        meter = panel.prompts.prompt.meter
        studio.until(lambda: meter.words.startswith("2 of 75"))
        panel.prompts.styles.toggle("Linocut")
        studio.until(lambda: int(meter.words.split()[0]) > 12)
        panel.prompts.styles.toggle("Linocut")
        studio.until(lambda: meter.words.startswith("2 of 75"))
        write(studio, "a fox <lora:ink:0.5>")
        studio.until(lambda: "ink 0.5" in panel._lora_fold.header.accessibleName())
        studio.until(lambda: meter.words.startswith("2 of 75"))

    def test_using_a_picture_does_not_dress_it_twice(self, studio: Studio) -> None:
        panel = write(studio, "a fox")
        panel.prompts.styles.toggle("Linocut")
        press_generate(studio)
        (first,) = made(studio)
        studio.page.easel.take.click()
        assert panel.prompts.styles.names == ()
        press_generate(studio)
        again = made(studio, 2)[-1]
        assert again.request == first.request

    def test_are_there_again_after_a_restart(self, studios: Studios, studio: Studio) -> None:
        write(studio, "a fox").prompts.styles.toggle("Pastel")
        studio.close()
        again = studios.open()
        again.until(lambda: again.page.panel.prompts.styles.names == ("Pastel",))


class TestChoices:
    def test_each_picture_draws_its_own_words(self, studio: Studio) -> None:
        panel = write(studio, "one __animal__ in {sun|rain}")
        panel.seed.set_seed(40)
        panel.count.set_count(4)
        press_generate(studio)
        requests = [picture.request for picture in made(studio, 4)]
        assert all(request is not None and "__" not in request.prompt for request in requests)
        assert sorted(request.seed or 0 for request in requests if request) == [40, 41, 42, 43]
        assert len({request.prompt for request in requests if request}) > 1

    def test_the_same_seed_draws_the_same(self, studio: Studio) -> None:
        panel = write(studio, "one __animal__")
        panel.seed.set_seed(7)
        press_generate(studio)
        made(studio)
        press_generate(studio)
        first, second = made(studio, 2)
        assert first.request == second.request

    def test_an_unknown_list_is_said_with_the_nearest(self, studio: Studio) -> None:
        panel = write(studio, "one __animals__")
        studio.until(lambda: "no list called animals; the nearest is animal" in panel.refusal)
        press_generate(studio)
        assert studio.page.following.job is None

    def test_words_of_a_picture_that_look_like_choices_are_left_alone(self, studio: Studio) -> None:
        studio.page.use(Request(prompt="{a|b} __nothing__ <lora:x>", seed=4))
        press_generate(studio)
        (picture,) = made(studio)
        assert picture.prompt == "{a|b} __nothing__ <lora:x>"


class TestLoras:
    def test_are_added_weighed_ordered_and_removed(self, studio: Studio) -> None:
        panel = studio.page.panel
        panel._lora_fold.set_open(True)
        for name in ("ink", "film"):
            next(each for each in panel.loras.menu_of_loras().actions() if each.text() == name).trigger()
        assert panel.loras.menu_of_loras().actions() == []
        studio.qtbot.keyClick(panel.findChild(QWidget, "loras.1.slider"), Qt.Key.Key_Home)
        studio.qtbot.mouseClick(panel.findChild(QWidget, "loras.1.up"), Qt.MouseButton.LeftButton)
        assert panel.request().loras == (Lora(name="film", weight=-2.0), Lora(name="ink"))
        studio.qtbot.mouseClick(panel.findChild(QWidget, "loras.0.remove"), Qt.MouseButton.LeftButton)
        assert panel.request().loras == (Lora(name="ink"),)

    def test_a_tag_acts_and_is_said(self, studio: Studio) -> None:
        panel = write(studio, "a fox <lora:ink:0.7>, night")
        studio.until(lambda: "ink 0.7" in panel._lora_fold.header.accessibleName())
        press_generate(studio)
        (picture,) = made(studio)
        assert picture.request is not None
        assert picture.request.prompt == "a fox, night"
        assert picture.request.loras == (Lora(name="ink", weight=0.7),)

    def test_an_unknown_one_is_said_with_the_nearest(self, studio: Studio) -> None:
        panel = write(studio, "a fox <lora:inc:0.7>")
        studio.until(lambda: "no LoRA called inc; the nearest name is ink" in panel.refusal)


class TestTyping:
    def test_styles_are_offered_by_the_names_of_the_language(self, studios: Studios, studio: Studio) -> None:
        studios.atelier.language.choose("ja")
        editor = studio.page.panel.prompts.prompt
        editor.set_text("木")
        studio.qtbot.keyClicks(prompt(studio), "x")
        editor.edit.textCursor().deletePreviousChar()
        prompt(studio).insertPlainText("版画"[:1])
        studio.qtbot.keyClicks(prompt(studio), " ")
        editor.edit.textCursor().deletePreviousChar()
        studio.until(editor.completing.list.isVisible)
        studio.qtbot.keyClick(prompt(studio), Qt.Key.Key_Tab)
        assert studio.page.panel.prompts.styles.names == ("Woodblock print",)

    def test_styles_lists_and_loras_are_offered(self, studio: Studio) -> None:
        offers = studio.page.panel.prompts.prompt.completing.list
        prompt(studio).selectAll()
        studio.qtbot.keyClicks(prompt(studio), "a __an")
        studio.until(offers.isVisible)
        studio.qtbot.keyClick(prompt(studio), Qt.Key.Key_Tab)
        studio.qtbot.keyClicks(prompt(studio), ", lino")
        studio.until(offers.isVisible)
        studio.qtbot.keyClick(prompt(studio), Qt.Key.Key_Tab)
        studio.qtbot.keyClicks(prompt(studio), "<lora:")
        studio.until(offers.isVisible)
        studio.qtbot.keyClick(prompt(studio), Qt.Key.Key_Tab)
        assert studio.page.panel.prompts.prompt.text == "a __animal__, <lora:film:1>"
        assert studio.page.panel.prompts.styles.names == ("Linocut",)

    def test_a_megabyte_is_cut_and_said_and_all_goes_on(self, studio: Studio) -> None:
        pasted = QMimeData()
        pasted.setText("__animal__ {a|b} <lora:ink:1> (word:1.2), " * 25_000)
        prompt(studio).selectAll()
        prompt(studio).insertFromMimeData(pasted)
        editor = studio.page.panel.prompts.prompt
        assert len(editor.text.encode()) <= PROMPT_LIMIT
        assert "64 KB" in editor.notice
        studio.until(lambda: bool(studio.page.panel.refusal))
        assert "choices" in studio.page.panel.refusal


class TestRemembered:
    def test_prompts_and_shapes_come_back(self, studios: Studios, studio: Studio) -> None:
        write(studio, "a {red|blue} fox")
        press_generate(studio)
        made(studio)
        panel = studio.page.panel
        panel.shape.set_size((352, 160))
        panel.shape._toggle((352, 160))
        panel.shape.set_size((256, 256))
        studio.close()
        again = studios.open()
        again.until(lambda: "a {red|blue} fox" in again.page.panel.prompts.prompt.history.prompts)
        assert again.page.panel.shape.findChild(QWidget, "shape.352x160") is not None

    def test_another_model_keeps_the_words_and_styles(self, studio: Studio) -> None:
        panel = write(studio, "a {red|blue} fox")
        panel.prompts.styles.toggle("Pastel")
        studio.page.use_model("starter-refiner")
        assert panel.model.checkpoint == "starter-refiner"
        assert panel.sketch().request.prompt == "a {red|blue} fox"
        assert not panel.sketch().verbatim
        assert panel.prompts.styles.names == ("Pastel",)
