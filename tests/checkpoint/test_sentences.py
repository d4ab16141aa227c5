"""Every refusal of a file has its sentence in every language, with the blanks that the refusal can fill."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

from core.checkpoint.foreign import KINDS

ROOT = Path(__file__).parents[2]
RAISED = re.compile(r'HangaError\(\s*"(file\.\w+)"((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))*)\)')
MENTIONED = re.compile(r'"(file\.[a-z]\w+)"')


def source() -> str:
    files = sorted((ROOT / "core" / "checkpoint").glob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def sentences(language: str) -> dict[str, str]:
    text = (ROOT / "resources" / "i18n" / language / "file.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_refusal_has_a_sentence(language: str) -> None:
    codes = {f"file.is_{kind}" for kind in KINDS} | set(MENTIONED.findall(source()))
    assert codes <= sentences(language).keys()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_blank_is_filled(language: str) -> None:
    told = sentences(language)
    for code, data in RAISED.findall(source()):
        given = set(re.findall(r"(\w+)=", data))
        assert blanks(told[code]) <= given, code


def test_both_languages_fill_the_same_blanks() -> None:
    english, japanese = sentences("en"), sentences("ja")
    for code, sentence in english.items():
        assert blanks(sentence) == blanks(japanese[code]), code
