"""Every error that can be raised has a sentence in every language, and every sentence has an error that says it.

Codes are read from the source: those written at `HangaError("area.what", name=…)`, and those that a table holds for a
`HangaError(code, name=…)` elsewhere. So a code must be written out in one piece, which also makes it easy to find.
"""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import EXIT_CODES
from tests.house import ROOT, Module, read_modules

I18N = ROOT / "resources" / "i18n"

LANGUAGES = ("en", "ja")

CODE = re.compile(rf"({'|'.join(EXIT_CODES)})\.[a-z][a-z0-9_]*[a-z0-9]")

Sentences = Mapping[str, str]


@dataclass(frozen=True)
class Mention:
    """A code in the source. `data` are the names given with it, None where only the running program knows them."""

    place: str
    code: str
    data: frozenset[str] | None = None


def mentions(modules: Iterable[Module]) -> Iterator[Mention]:
    for module in modules:
        calls = list(_raises(module))
        written_there = {call.args[0] for call in calls}
        for call in calls:
            if isinstance(call.args[0], ast.Constant):
                names = {keyword.arg for keyword in call.keywords}
                data = None if None in names else frozenset(name for name in names if name)
                yield Mention(f"{module.name}:{call.lineno}", str(call.args[0].value), data)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and node not in written_there and _is_code(node.value):
                yield Mention(f"{module.name}:{node.lineno}", str(node.value))


def glued_together(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for call in _raises(module):
            if not isinstance(call.args[0], ast.Constant | ast.Name | ast.Attribute | ast.Subscript):
                yield f"{module.name}:{call.lineno}: write the code out in one piece, so that it can be found"


def _raises(module: Module) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] == "HangaError":
            yield node


def _is_code(value: object) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def sentences(folder: Path) -> dict[str, str]:
    """The error sentences of one language; each must lie in the file named for its area."""
    found: dict[str, str] = {}
    for area in EXIT_CODES:
        path = folder / f"{area}.json"
        if path.exists():
            found |= json.loads(path.read_text("utf-8"))
    return found


def blanks(sentence: str) -> frozenset[str]:
    fields = (field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None)
    return frozenset(field.partition(".")[0].partition("[")[0] for field in fields)


def without_area(places: Iterable[Mention]) -> Iterator[str]:
    return (f"{each.place}: {each.code} is in no area" for each in places if not _is_code(each.code))


def unsaid(places: Iterable[Mention], known: Sentences) -> Iterator[str]:
    return (f"{each.place}: {each.code} has no sentence" for each in places if each.code not in known)


def blank_without_data(places: Iterable[Mention], known: Sentences) -> Iterator[str]:
    for each in places:
        if each.code in known and each.data is not None and (empty := blanks(known[each.code]) - each.data):
            yield f"{each.place}: the sentence of {each.code} wants {', '.join(sorted(empty))}"


def orphans(places: Iterable[Mention], known: Sentences) -> list[str]:
    return sorted(known.keys() - {each.code for each in places})


@pytest.fixture(scope="module")
def house() -> list[Module]:
    return list(read_modules(ROOT, ["core"]).values())


@pytest.fixture(scope="module")
def places(house: list[Module]) -> list[Mention]:
    return list(mentions(house))


def test_codes_are_written_out(house: list[Module]) -> None:
    assert list(glued_together(house)) == []


def test_codes_lie_in_an_area(places: list[Mention]) -> None:
    assert list(without_area(places)) == []


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryLanguage:
    def test_says_every_error(self, places: list[Mention], language: str) -> None:
        assert list(unsaid(places, sentences(I18N / language))) == []

    def test_fills_every_blank(self, places: list[Mention], language: str) -> None:
        assert list(blank_without_data(places, sentences(I18N / language))) == []

    def test_says_nothing_that_cannot_happen(self, places: list[Mention], language: str) -> None:
        assert orphans(places, sentences(I18N / language)) == []

    def test_keeps_sentences_in_the_file_of_their_area(self, places: list[Mention], language: str) -> None:
        for path in (I18N / language).glob("*.json"):
            codes = json.loads(path.read_text("utf-8"))
            assert [code for code in codes if not code.startswith(path.stem + ".")] == []


def test_languages_say_the_same_things() -> None:
    files = {language: sorted(path.name for path in (I18N / language).glob("*.json")) for language in LANGUAGES}
    assert files["en"] == files["ja"]
    for name in files["en"]:
        english, japanese = (json.loads((I18N / language / name).read_text("utf-8")) for language in LANGUAGES)
        assert {code: told(code, text) for code, text in english.items()} == {
            code: told(code, text) for code, text in japanese.items()
        }, name


def told(code: str, text: str) -> frozenset[str]:
    """The blanks of a sentence; one about a single thing may leave out that it is one."""
    return blanks(text) - ({"number"} if code.endswith(".one") else set())


class TestTheReaderItself:
    def house(self, folder: Path, text: str) -> list[Module]:
        (folder / "core").mkdir()
        (folder / "core" / "a.py").write_text(text, encoding="utf-8")
        return list(read_modules(folder, ["core"]).values())

    def test_reads_code_and_data(self, tmp_path: Path) -> None:
        (place,) = mentions(self.house(tmp_path, "raise HangaError('disk.full', name=1, need=2) from error"))
        assert place == Mention("core.a:1", "disk.full", frozenset({"name", "need"}))

    def test_reads_codes_from_tables(self, tmp_path: Path) -> None:
        text = "KINDS = {1: 'file.pickle', 2: 'file.model.txt'}\nraise HangaError(KINDS[kind], **data)"
        assert [each.code for each in mentions(self.house(tmp_path, text))] == ["file.pickle"]

    def test_sees_a_code_glued_together(self, tmp_path: Path) -> None:
        assert len(list(glued_together(self.house(tmp_path, "errors.HangaError(f'file.is_{kind}')")))) == 1

    def test_sees_a_code_without_area(self, tmp_path: Path) -> None:
        assert len(list(without_area(mentions(self.house(tmp_path, "HangaError('cloud.far')"))))) == 1

    def test_compares_with_the_sentences(self) -> None:
        places = [Mention("core.a:1", "disk.full", frozenset({"name", "need"}))]
        assert list(unsaid(places, {})) == ["core.a:1: disk.full has no sentence"]
        assert list(blank_without_data(places, {"disk.full": "{name} {need:.1f} {where.x}"}))
        assert list(blank_without_data(places, {"disk.full": "{name} {{x}}"})) == []
        assert orphans(places, {"disk.full": "", "disk.gone": ""}) == ["disk.gone"]
