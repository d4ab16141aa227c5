"""Blind comparisons, as an artist makes them: set up, vote, take back, see the result, go on after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.pages.compare.blind import BlindPage
from app.pages.compare.verdict import SHOW, USE_B
from core.engine import TIE
from tests.app.conftest import Show
from tests.app.pages.compare.studio import Studio, request

Key = Qt.Key


def page_of(studio: Studio, show: Show) -> BlindPage:
    page = BlindPage(studio.atelier, studio.thread, request)
    page.resize(1200, 800)
    page.say.connect(lambda code, data: studio.said.append((code, data)))
    studio.thread.noticed.connect(page.hear)
    show(page)
    return page


@pytest.fixture
def page(studio: Studio, show: Show) -> BlindPage:
    page = page_of(studio, show)
    page.begin(["a heron", "a fox\nin the snow"])
    return page


def begun(studio: Studio, page: BlindPage, seeds: str = "1") -> None:
    """Pairs of three and of five steps, all of them made."""
    page.set_up.b._numbers["steps"].setValue(5)
    page.set_up.seeds.setText(seeds)
    studio.qtbot.mouseClick(page.set_up.go, Qt.MouseButton.LeftButton)
    studio.wait(lambda: page.trial is not None and all(pair.is_there for pair in page.trial.pairs))
    studio.wait(lambda: page.voting._seen)


def vote(studio: Studio, page: BlindPage, key: Qt.Key) -> int:
    """The place of the pair that was voted on."""
    place = page.voting.place
    assert place is not None
    studio.wait(lambda: page.voting._seen)
    studio.qtbot.keyClick(page.voting.canvases[0], key)
    studio.wait(lambda: page.voting.place != place)
    return place


class TestSetUp:
    def test_nothing_begins_while_both_are_the_same(self, page: BlindPage) -> None:
        assert not page.set_up.go.isEnabled()
        page.set_up.b._numbers["steps"].setValue(5)
        assert page.set_up.go.isEnabled()
        assert page.set_up.wanted.name == "Steps"

    def test_prompts_and_seeds_make_pairs(self, page: BlindPage) -> None:
        page.set_up.seeds.setText("7, 8  9;9")
        wanted = page.set_up.wanted
        assert wanted.prompts == ("a heron", "a fox in the snow")
        assert wanted.seeds == (7, 8, 9)
        page.set_up.throw()
        assert len(page.set_up.wanted.seeds) == 3

    def test_what_is_not_shown_of_the_settings_stays(self, page: BlindPage) -> None:
        assert page.set_up.wanted.a.width == request().width
        assert page.set_up.wanted.a.guidance.scale is None

    def test_a_refiner_can_be_off_in_one(self, page: BlindPage) -> None:
        box = page.set_up.b._boxes["refiner"]
        box.setCurrentIndex(box.findData("auto"))
        assert (page.set_up.wanted.a.refiner, page.set_up.wanted.b.refiner) == (None, "auto")

    def test_a_megabyte_of_prompts_is_one_sentence(self, studio: Studio, page: BlindPage) -> None:
        page.set_up.b._numbers["steps"].setValue(5)
        page.set_up.prompts.setPlainText("\n".join(f"prompt {number}" for number in range(80_000)))
        assert not page.set_up.go.isEnabled()
        assert "500" in page.set_up._count.text()


class TestVoting:
    def test_a_key_votes_for_a_side_and_the_next_pair_comes(self, studio: Studio, page: BlindPage) -> None:
        begun(studio, page)
        first = vote(studio, page, Key.Key_1)
        second = vote(studio, page, Key.Key_Right)
        trial = page.trial
        assert trial is not None
        assert trial.pairs[first].vote == trial.pairs[first].on(left=True)
        assert trial.pairs[second].vote == trial.pairs[second].on(left=False)
        assert page.voting.waiting.isVisible()

    def test_sides_are_as_they_were_drawn(self, studio: Studio, page: BlindPage) -> None:
        begun(studio, page)
        trial, place = page.trial, page.voting.place
        assert trial is not None
        assert place is not None
        a, b = trial.pairs[place].pictures
        shown = page.voting._images._wanted
        assert shown == ((b, a) if trial.pairs[place].b_is_left else (a, b))

    def test_nothing_on_the_screen_says_which_is_which(self, studio: Studio, page: BlindPage) -> None:
        begun(studio, page)
        seen = [label.text() for label in page.voting.findChildren(QLabel)]
        seen += [button.text() for button in page.voting.findChildren(QPushButton)]
        assert not any("step" in text.lower() or text in ("A", "B") for text in seen)

    def test_a_vote_is_taken_back(self, studio: Studio, page: BlindPage) -> None:
        begun(studio, page)
        first = vote(studio, page, Key.Key_0)
        assert page.trial is not None
        assert page.trial.pairs[first].vote == TIE
        page.undo()
        studio.wait(lambda: page.voting.place == first)
        assert page.trial.preference.votes == 0

    def test_it_goes_on_with_another_window(self, studio: Studio, page: BlindPage, show: Show) -> None:
        begun(studio, page)
        vote(studio, page, Key.Key_2)
        assert page.trial is not None
        again = page_of(studio, show)
        again._read_list()
        studio.wait(lambda: again.list._rows)
        again.list.chosen.emit(page.trial.id)
        studio.wait(lambda: again.trial is not None and again.voting.place == page.voting.place)


class TestVerdict:
    def test_it_tells_the_rate_and_only_then_which_was_which(
        self, studio: Studio, page: BlindPage, tmp_path: Path
    ) -> None:
        begun(studio, page, "1, 2")
        for _ in range(3):
            place = page.voting.place
            assert page.trial is not None
            assert place is not None
            vote(studio, page, Key.Key_1 if page.trial.pairs[place].b_is_left else Key.Key_2)
        studio.qtbot.mouseClick(page.voting.end, Qt.MouseButton.LeftButton)
        studio.wait(lambda: page.verdict.isVisible())
        assert page.verdict.rate.text() == "B wins 100 %"
        assert "44 and 100 %" in page.verdict.told.text()
        assert "3 votes" in page.verdict.told.text()
        with studio.qtbot.waitSignal(page.use) as used:
            page.verdict.asked.emit(USE_B)
        assert used.args[0].steps == 5
        with studio.qtbot.waitSignal(page.search) as searched:
            page.verdict.asked.emit(SHOW)
        assert searched.args == ["Steps"]
        page.export(tmp_path / "votes.csv")
        studio.wait(lambda: (tmp_path / "votes.csv").exists())
        assert (tmp_path / "votes.csv").read_text("utf-8-sig").count("\n") == 5

    def test_a_table_that_cannot_be_written_is_one_sentence(
        self, studio: Studio, page: BlindPage, tmp_path: Path
    ) -> None:
        begun(studio, page)
        (tmp_path / "file").write_text("in the way")
        page.export(tmp_path / "file" / "votes.csv")
        studio.wait(lambda: any(code.startswith("disk.") for code, _ in studio.said))
