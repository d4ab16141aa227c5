"""Themes are readable, follow the system, and reach every icon."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.look.contrast import contrast
from app.look.icons import FOLDER, SEAL
from app.look.stylesheet import stylesheet
from app.look.theme import CHOICES, FULL, REDUCED, SYSTEM, Look
from app.look.tokens import SHAPE_PAIRS, TEXT_PAIRS, THEMES, Tokens

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
class TestEveryTheme:
    def test_words_are_readable(self, tokens: Tokens) -> None:
        assert [pair for pair in TEXT_PAIRS if self.measured(tokens, pair) < 4.5] == []

    def test_shapes_are_told_apart(self, tokens: Tokens) -> None:
        assert [pair for pair in SHAPE_PAIRS if self.measured(tokens, pair) < 3] == []

    def test_ground_behind_pictures_has_no_hue(self, tokens: Tokens) -> None:
        assert len({tokens.ground[at : at + 2] for at in (1, 3, 5)}) == 1

    def test_stylesheet_is_complete(self, tokens: Tokens) -> None:
        sheet = stylesheet(tokens)
        assert "$" not in sheet
        assert sheet.count("{") == sheet.count("}")
        assert set(re.findall(r"#[0-9a-f]{6}", sheet)) <= set(vars(tokens).values())

    def measured(self, tokens: Tokens, pair: tuple[str, str]) -> float:
        return contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1]))


@given(COLOURS, COLOURS)
def test_contrast_knows_no_order(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one) >= 1
    assert contrast(one, one) == 1


def test_contrast_of_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_choosing_dresses_the_application(qapp: QApplication, atelier: Atelier, qtbot: QtBot) -> None:
    for choice in ("light", "neutral", "dark"):
        with qtbot.waitSignal(atelier.look.changed):
            atelier.look.choose(choice)
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == THEMES[choice].panel
        assert atelier.look.tokens is THEMES[choice]


def test_system_theme_is_followed(qapp: QApplication, atelier: Atelier, monkeypatch: pytest.MonkeyPatch) -> None:
    atelier.look.choose(SYSTEM)
    for scheme, name in ((Qt.ColorScheme.Light, "light"), (Qt.ColorScheme.Dark, "dark")):
        monkeypatch.setattr(type(qapp.styleHints()), "colorScheme", lambda hints, scheme=scheme: scheme)
        qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert atelier.look.tokens.name == name


def test_what_was_chosen_stays_whatever_the_system_does(qapp: QApplication, atelier: Atelier) -> None:
    atelier.look.choose("neutral")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert atelier.look.tokens.name == "neutral"
    assert {*CHOICES} == {SYSTEM, *THEMES}


def test_motion_can_be_reduced(atelier: Atelier) -> None:
    assert not atelier.look.moves
    assert atelier.look.duration == 0
    atelier.look.choose_motion(FULL)
    assert atelier.look.moves
    assert atelier.look.duration > 0
    atelier.look.choose_motion(REDUCED)
    assert not atelier.look.moves


def test_a_dead_widget_is_not_dressed(qtbot: QtBot, atelier: Atelier) -> None:
    class Follower(QLabel):
        def dress(self) -> None:
            self.setText(atelier.look.tokens.name)

    follower = Follower()
    atelier.look.follow(follower.dress)
    assert follower.text() == "dark"
    follower.deleteLater()
    del follower
    QApplication.processEvents()
    atelier.look.choose("light")


class TestIcons:
    def test_all_are_of_one_family(self) -> None:
        for path in FOLDER.glob("*.svg"):
            source = path.read_text("utf-8")
            assert QSvgRenderer(str(path)).isValid(), path.stem
            if path.stem != SEAL:
                assert 'viewBox="0 0 24 24"' in source, path.stem
                assert 'stroke-width="1.6"' in source, path.stem
                assert re.findall(r"#[0-9a-fA-F]{3,6}", source) == [], path.stem

    @pytest.mark.parametrize("scale", [1.0, 1.25, 2.0])
    def test_is_drawn_in_the_colour_of_the_theme_at_every_scale(self, atelier: Atelier, scale: float) -> None:
        for theme in THEMES:
            atelier.look.choose(theme)
            drawn = atelier.look.icon("minus").pixmap(QSize(24, 24), scale).toImage()
            assert drawn.width() == round(24 * scale)
            middle = drawn.pixelColor(drawn.width() // 2, drawn.height() // 2)
            assert contrast(middle.name(), THEMES[theme].dim) == pytest.approx(1, abs=0.03)

    def test_disabled_is_paler_and_checked_is_ink(self, atelier: Atelier) -> None:
        icon, tokens = atelier.look.icon("minus"), atelier.look.tokens
        modes = {icon.Mode.Disabled: tokens.edge, icon.Mode.Active: tokens.ink}
        for mode, colour in modes.items():
            assert icon.pixmap(QSize(24, 24), mode).toImage().pixelColor(12, 12).name() == colour
        on = icon.pixmap(QSize(24, 24), icon.Mode.Normal, icon.State.On).toImage()
        assert on.pixelColor(12, 12).name() == tokens.ink

    def test_one_that_is_not_there_is_a_bug(self, atelier: Atelier) -> None:
        with pytest.raises(FileNotFoundError):
            atelier.look.icon("nothing")


def test_look_starts_with_the_system(qapp: QApplication) -> None:
    look = Look(qapp)
    assert look.choice == SYSTEM
    assert look.moves in (True, False)
    look.deleteLater()
