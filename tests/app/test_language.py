"""The language changes while the window is open, and every sentence that is asked for exists."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.atelier import Atelier
from app.language import Language
from app.sentences import LANGUAGES, RESOURCES
from app.widgets.durations import spoken_seconds
from tests.house import ROOT, read_modules
from tests.tools import specimens

FILES = sorted((RESOURCES / "i18n" / "en").glob("window*.json"))
SENTENCES = frozenset(code for file in FILES for code in json.loads(file.read_text("utf-8")))
AREAS = tuple(file.stem for file in FILES)

FORMS = ("one", "many")
"""What `Language.count` puts behind a code."""


@dataclass(frozen=True)
class Asked:
    """What the window's source asks for: codes as they stand, those put together of a known beginning and words that
    stand elsewhere, and all words that stand anywhere."""

    codes: frozenset[str]
    patterns: frozenset[str]
    words: frozenset[str]

    def asks_for(self, code: str) -> bool:
        """Widgets may be given the beginning of a code and put the rest to it."""
        whole = code.rpartition(".")[0] if code.rpartition(".")[2] in FORMS else code
        beginnings = {code, whole, code.rpartition(".")[0]}
        return bool(beginnings & self.codes) or any(
            self._fits(each, one) for each in self.patterns for one in (code, whole)
        )

    def _fits(self, pattern: str, code: str) -> bool:
        found = re.fullmatch(pattern, code)
        return found is not None and all(word in self.words for word in found.groups())


@cache
def asked() -> Asked:
    modules = read_modules(ROOT, ["app", "core", "tests/tools"])
    own = [module for name, module in modules.items() if name.startswith(("app", "tests.tools.specimens"))]
    words = {word for name, module in modules.items() if "tools" not in name for word in _words(module.tree)}
    codes = {word.rstrip(".") for module in own for word in _words(module.tree) if "." in word}
    patterns = {pattern for module in own for pattern in _patterns(module.tree)}
    codes = {code for code in codes if code.partition(".")[0] in AREAS}
    return Asked(frozenset(codes), frozenset(patterns), frozenset(words))


def _words(tree: ast.AST) -> Iterator[str]:
    """All that stands alone; not what is put together of several."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int) and id(node) not in parts:
            yield str(node.value)


def _patterns(tree: ast.Module) -> Iterator[str]:
    """Of codes that are put together, as regular expressions."""
    known = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [_part(value, known) for value in node.values]
            if "".join(parts).startswith("window"):
                yield "".join(parts)


def _part(value: ast.expr, known: Mapping[str, str]) -> str:
    if isinstance(value, ast.Constant):
        return re.escape(str(value.value))
    named = value.value if isinstance(value, ast.FormattedValue) else None
    if isinstance(named, ast.Name) and named.id in known:
        return re.escape(known[named.id])
    return r"(.+)"


def test_every_code_has_a_sentence() -> None:
    unknown = asked().codes - SENTENCES - set(AREAS)
    assert sorted(code for code in unknown if not any(known.startswith(code) for known in SENTENCES)) == []


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_is_said(area: str) -> None:
    codes = (code for code in SENTENCES if code.partition(".")[0] == area)
    assert sorted(code for code in codes if not asked().asks_for(code)) == []


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
