"""Walks over every page in every state: no words are cut off, nothing lies over anything else, every control is named,
found by the keyboard in the order of reading, and readable in every theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from core.paths import Home
from tests.app.test_accessibility import nameless
from tests.tools import lived_in, scenes
from tests.tools.drawn import Drawn
from tests.tools.layout_faults import faults
from tests.tools.studio import Studio
from tests.tools.walking import faint, steps_back

SMALL = (1024, 700)
THEMES = ("light", "neutral", "dark")
LANGUAGES = ("ja", "en")
PICTURES = 8
SETTLED = 0.06
"""Seconds for layouts and thumbnails."""
LOOKS = 12


@pytest.fixture(scope="module")
def fresh(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    yield from opened(qapp, Home(tmp_path_factory.mktemp("fresh")))


@pytest.fixture(scope="module")
def worked_in(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = Home(tmp_path_factory.mktemp("lived-in"))
    lived_in.live(home, PICTURES)
    yield from opened(qapp, home)


def opened(qapp: QApplication, home: Home) -> Iterator[Studio]:
    studio = Studio(qapp, home, Drawn)
    studio.open()
    yield studio
    studio.close()


def walk(studio: Studio, act: scenes.Scene, theme: str) -> None:
    found: dict[str, list[str]] = {}
    for widget in act(studio):
        if widget is studio.window:
            widget.resize(*SMALL)
        for language in LANGUAGES:
            studio.wear(theme, language)
            found[language] = seen_when_settled(studio, widget)
    assert {language: seen for language, seen in found.items() if seen} == {}


def seen_when_settled(studio: Studio, widget: QWidget) -> list[str]:
    """What is still wrong when layouts have had their time."""
    for _ in range(LOOKS):
        studio.rest(SETTLED)
        found = faults(widget) + faint(widget) + nameless(widget) + steps_back(widget)
        if not found:
            break
    return found


def in_turn(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each theme for a third of them: the tool that takes pictures of all shows every one in each."""
    listed = list(names)
    return [(name, THEMES[place * len(THEMES) // len(listed)]) for place, name in enumerate(listed)]


@pytest.mark.parametrize(("name", "theme"), in_turn(scenes.FRESH))
def test_at_the_first_start(fresh: Studio, name: str, theme: str) -> None:
    walk(fresh, scenes.FRESH[name], theme)


@pytest.mark.parametrize(("name", "theme"), in_turn(scenes.LIVED_IN))
def test_among_pictures(worked_in: Studio, name: str, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "COPIES", 40)
    walk(worked_in, scenes.LIVED_IN[name], theme)
