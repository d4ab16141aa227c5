"""Every error that can be raised has a sentence in every language, and every sentence has an error that says it.

Codes are read from the source: `HangaError("area.what", name=…)`. So a code and its data must be written out there.
"""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import EXIT_CODES
from tests.house import ROOT, Module, read_modules

I18N = ROOT / "resources" / "i18n"

LANGUAGES = ("en", "ja")

PASSES_ERRORS_ON = ("core.jobs.protocol",)
"""Modules that make an error again from code and data that another process wrote out."""

Sentences = Mapping[str, str]


@dataclass(frozen=True)
class Raise:
    """One `HangaError(…)` in the source. `code` is None where it is not written out, `data` where it comes by `**`."""

    place: str
    code: str | None
    data: frozenset[str] | None


def raises(modules: Iterable[Module]) -> Iterator[Raise]:
    for module in modules:
        if module.name not in PASSES_ERRORS_ON:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "HangaError":
                    yield _read_raise(f"{module.name}:{node.lineno}", node)


def _read_raise(place: str, call: ast.Call) -> Raise:
    match call.args:
        case [ast.Constant(value=str(code))]:
            names = {keyword.arg for keyword in call.keywords}
            return Raise(place, code, None if None in names else frozenset(name for name in names if name))
    return Raise(place, None, None)


def sentences(folder: Path) -> dict[str, str]:
    """The error sentences of one language; each must lie in the file named for its area."""
    found = {}
    for area in EXIT_CODES:
        path = folder / f"{area}.json"
        if path.exists():
            found |= json.loads(path.read_text("utf-8"))
    return found


def blanks(sentence: str) -> frozenset[str]:
    fields = (field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None)
    return frozenset(field.partition(".")[0].partition("[")[0] for field in fields)


def unreadable(places: Iterable[Raise]) -> Iterator[str]:
    for each in places:
        if each.code is None or each.data is None:
            yield f"{each.place}: write code and data out, so that its sentence can be checked"
        elif each.code.partition(".")[0] not in EXIT_CODES:
            yield f"{each.place}: {each.code} is in no area of {', '.join(EXIT_CODES)}"


def unsaid(places: Iterable[Raise], known: Sentences) -> Iterator[str]:
    return (f"{each.place}: {each.code} has no sentence" for each in places if each.code and each.code not in known)


def blank_without_data(places: Iterable[Raise], known: Sentences) -> Iterator[str]:
    for each in places:
        if each.code in known and each.data is not None and (empty := blanks(known[each.code]) - each.data):
            yield f"{each.place}: the sentence of {each.code} wants {', '.join(sorted(empty))}"


def orphans(places: Iterable[Raise], known: Sentences) -> list[str]:
    return sorted(known.keys() - {each.code for each in places})


@pytest.fixture(scope="module")
def places() -> list[Raise]:
    return list(raises(read_modules(ROOT, ["core"]).values()))


def test_errors_are_written_out(places: list[Raise]) -> None:
    assert list(unreadable(places)) == []


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryLanguage:
    def test_says_every_error(self, places: list[Raise], language: str) -> None:
        assert list(unsaid(places, sentences(I18N / language))) == []

    def test_fills_every_blank(self, places: list[Raise], language: str) -> None:
        assert list(blank_without_data(places, sentences(I18N / language))) == []

    def test_says_nothing_that_cannot_happen(self, places: list[Raise], language: str) -> None:
        assert orphans(places, sentences(I18N / language)) == []

    def test_keeps_sentences_in_the_file_of_their_area(self, places: list[Raise], language: str) -> None:
        for path in (I18N / language).glob("*.json"):
            codes = json.loads(path.read_text("utf-8"))
            assert [code for code in codes if not code.startswith(path.stem + ".")] == []


def test_languages_say_the_same_things() -> None:
    files = {language: sorted(path.name for path in (I18N / language).glob("*.json")) for language in LANGUAGES}
    assert files["en"] == files["ja"]
    for name in files["en"]:
        english, japanese = (json.loads((I18N / language / name).read_text("utf-8")) for language in LANGUAGES)
        assert {code: blanks(text) for code, text in english.items()} == {
            code: blanks(text) for code, text in japanese.items()
        }, name


class TestTheReaderItself:
    def read(self, folder: Path, text: str) -> list[Raise]:
        (folder / "core").mkdir()
        (folder / "core" / "a.py").write_text(text, encoding="utf-8")
        return list(raises(read_modules(folder, ["core"]).values()))

    def test_reads_code_and_data(self, tmp_path: Path) -> None:
        (place,) = self.read(tmp_path, "raise HangaError('disk.full', name=1, need=2) from error")
        assert (place.code, place.data) == ("disk.full", {"name", "need"})
        assert list(unreadable([place])) == []
        assert list(unsaid([place], {})) == ["core.a:1: disk.full has no sentence"]
        assert list(blank_without_data([place], {"disk.full": "{name} {need:.1f} {where.x}"}))
        assert list(blank_without_data([place], {"disk.full": "{name} {{x}}"})) == []
        assert orphans([place], {"disk.full": "", "disk.gone": ""}) == ["disk.gone"]

    @pytest.mark.parametrize(
        "text", ["HangaError(code)", "errors.HangaError('disk.full', **data)", "HangaError('cloud.far')"]
    )
    def test_asks_for_what_it_cannot_read(self, tmp_path: Path, text: str) -> None:
        assert len(list(unreadable(self.read(tmp_path, text)))) == 1
