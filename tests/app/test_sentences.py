"""Sentences are found in the right language, and a missing one is never papered over."""

from __future__ import annotations

import pytest

from app.sentences import Sentences

CODE = "app.no_screen"


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no language, on a system that names none."""
    for name in ("HANGA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    return monkeypatch


def language_of(sentences: Sentences) -> str:
    return "en" if sentences.say(CODE).isascii() else "ja"


@pytest.mark.parametrize("lang", ["ja", "ja_JP.UTF-8", "ja-JP", "Japanese_Japan.932"])
def test_japanese_is_recognised_however_it_is_written(lang: str) -> None:
    assert language_of(Sentences.for_locale(lang)) == "ja"


@pytest.mark.parametrize("lang", ["en_GB", "C", "POSIX", "de_DE.UTF-8", ""])
def test_everybody_else_reads_english(nowhere: pytest.MonkeyPatch, lang: str) -> None:
    assert language_of(Sentences.for_locale(lang)) == "en"


def test_hanga_lang_comes_before_the_locale(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setenv("LANG", "ja_JP.UTF-8")
    assert language_of(Sentences.for_locale()) == "ja"
    nowhere.setenv("HANGA_LANG", "en")
    assert language_of(Sentences.for_locale()) == "en"


def test_the_system_is_asked_last(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setattr("locale.getlocale", lambda: ("Japanese_Japan", "932"))
    assert language_of(Sentences.for_locale()) == "ja"


def test_blanks_are_filled() -> None:
    assert Sentences({"disk.full": "{name} needs {size}"}).say("disk.full", name="x.png", size=3) == "x.png needs 3"


@pytest.mark.parametrize(("code", "data"), [("app.unheard_of", {}), ("disk.full", {})])
def test_a_missing_sentence_or_blank_is_a_bug(code: str, data: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        Sentences({"disk.full": "{name} is full"}).say(code, **data)
