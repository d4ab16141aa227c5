"""The language changes while the window is open, and every sentence that is asked for exists."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.language import Language
from app.sentences import LANGUAGES, RESOURCES
from app.widgets.durations import spoken_seconds
from tests.house import ROOT, read_modules
from tests.tools import specimens

SENTENCES = frozenset(json.loads((RESOURCES / "i18n" / "en" / "window.json").read_text("utf-8")))
"""Those of the widgets. Pages put many of theirs together from what they are about; their own tests show them."""


def mentioned() -> set[str]:
    """Codes of the window's sentences in the source, and what they begin with where the rest is put on."""
    found = set()
    modules = [*read_modules(ROOT, ["app"]).values(), *read_modules(ROOT, ["tests"]).values()]
    for module in modules:
        if module.name.startswith(("app.", "tests.tools.specimens")):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("window."):
                    found.add(node.value.rstrip("."))
    return found


def test_every_code_has_a_sentence() -> None:
    begun = {code.rpartition(".")[0] for code in SENTENCES}
    assert sorted(mentioned() - SENTENCES - begun - {code.rpartition(".")[0] for code in begun}) == []


def test_every_sentence_is_said() -> None:
    said = mentioned()
    assert sorted(code for code in SENTENCES if not {code, code.rpartition(".")[0]} & said) == []


def words_of(widget: QWidget) -> Iterator[str]:
    for each in (widget, *widget.findChildren(QWidget)):
        yield from (each.accessibleName(), each.accessibleDescription(), each.toolTip())
        if isinstance(each, QLabel):
            yield each.text()


@pytest.mark.parametrize("name", specimens.every())
def test_every_control_says_its_words_again(qtbot: QtBot, atelier: Atelier, name: str) -> None:
    make = specimens.every()[name]
    changed, fresh = make(atelier), make(Atelier(atelier.look, Language("ja")))
    for widget in (changed, fresh):
        qtbot.addWidget(widget)
    atelier.language.choose("ja")
    told_by_the_page = {"fold", "notices"}
    if name not in told_by_the_page:
        assert list(words_of(changed)) == list(words_of(fresh))
        atelier.language.choose("en")
        assert list(words_of(changed)) != list(words_of(fresh))


def test_an_unknown_code_is_a_bug(atelier: Atelier) -> None:
    with pytest.raises(KeyError):
        atelier.language.say("window.nothing")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seconds", [0, 0.4, 14, 44, 119, 121, 3599, 3601, 7500, 90000])
def test_durations_are_said_in_every_language(language: str, seconds: float) -> None:
    assert any(character.isdigit() for character in spoken_seconds(Language(language), seconds))


def test_durations_are_no_more_exact_than_they_are_known() -> None:
    say = {seconds: spoken_seconds(Language("en"), seconds) for seconds in (0.2, 13.7, 43, 400, 7500)}
    assert list(say.values()) == ["1 s", "14 s", "45 s", "7 min", "2 h 5 min"]
