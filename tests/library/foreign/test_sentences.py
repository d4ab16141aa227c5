"""Every note that an import can make has a sentence in every language, and every sentence a note."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests.house import ROOT, read_modules
from tests.test_error_sentences import I18N, LANGUAGES, blanks

FOREIGN = "core/library/foreign"

CODE = re.compile(r"foreign\.[a-z_]+[a-z]")


def notes() -> Iterator[tuple[str, frozenset[str]]]:
    """(code, names of its data) of every note written out, wherever it is made."""
    for module in read_modules(ROOT, [FOREIGN]).values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".note") and node.args:
                written = node.args[0]
                if isinstance(written, ast.Constant):
                    yield str(written.value), frozenset(keyword.arg or "" for keyword in node.keywords)


def codes() -> set[str]:
    """All codes in the source, those in tables included."""
    constants = (
        node.value
        for module in read_modules(ROOT, [FOREIGN]).values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
    )
    return {value for value in constants if isinstance(value, str) and CODE.fullmatch(value)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_and_sentences_are_the_same(language: str) -> None:
    assert json.loads((I18N / language / "foreign.json").read_text("utf-8")).keys() == codes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_blank_is_filled(language: str) -> None:
    sentences = json.loads((I18N / language / "foreign.json").read_text("utf-8"))
    wanting = [(code, names) for code, names in notes() if code in sentences and blanks(sentences[code]) - names]
    assert wanting == []
