"""Files leave the disk, or another file's place, through `core.durable` alone: nobody else can lose a picture."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, Module, read_modules, within

ALLOWED = ("core.durable", "core.renaming")
"""The one door, and what it stands on."""

METHODS = {"unlink", "rmtree", "rmdir", "removedirs", "renames"}
"""Nothing else has methods of these names, so they are seen on whatever object they are called."""

FUNCTIONS = {
    "os": {"remove", "rename", "replace", "truncate", "ftruncate"},
    "shutil": {"move", "copy", "copy2", "copyfile", "copytree", "rmtree"},
    "pathlib.Path": {"rename", "replace"},
    "Path": {"rename", "replace"},
}

FORBIDDEN = METHODS | FUNCTIONS["os"] | FUNCTIONS["shutil"]

WRITERS = {"write_bytes", "write_text"}
"""They empty what is there before they know that there is room."""

WORKSHOP = "core.starter"
"""Writes its reports how it likes: nothing that ships needs it, and it meets nobody's pictures."""


def destroyers(modules: Iterable[Module]) -> Iterator[str]:
    return (told for module in modules if module.name not in ALLOWED for told in _found(module, _destroys))


def overwriters(modules: Iterable[Module]) -> Iterator[str]:
    return (told for module in modules if not within(module.name, WORKSHOP) for told in _found(module, _empties))


def _found(module: Module, rule: Callable[[ast.AST], str | None]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if told := rule(node):
            yield f"{module.name}:{getattr(node, 'lineno', 0)} {told}: use core.durable"


def _destroys(node: ast.AST) -> str | None:
    match node:
        case ast.Attribute(value=holder, attr=name) if name in METHODS or name in _known(holder):
            return ast.unparse(node)
        case ast.Call(func=ast.Attribute(attr="rename" | "replace"), args=[_], keywords=[]):
            return ast.unparse(node)  # A text's takes two arguments, and so does that of dataclasses.
        case ast.ImportFrom(module="os" | "shutil", names=names) if found := {each.name for each in names} & FORBIDDEN:
            return f"imports {', '.join(sorted(found))}"
    return None


def _empties(node: ast.AST) -> str | None:
    match node:
        case ast.Attribute(attr=name) if name in WRITERS:
            return ast.unparse(node)
        case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open")) if _truncates(node):
            return ast.unparse(node)
    return None


def _known(holder: ast.expr) -> set[str]:
    return FUNCTIONS.get(ast.unparse(holder), set())


def _truncates(call: ast.Call) -> bool:
    """Whether a file is opened so that what it held is gone."""
    modes = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    texts = {mode.value for mode in modes if isinstance(mode, ast.Constant) and isinstance(mode.value, str)}
    return any(set(text) <= set("wbt+") and "w" in text for text in texts)


@pytest.fixture(scope="module")
def house() -> list[Module]:
    return list(read_modules(ROOT).values())


def test_nobody_else_removes_or_replaces(house: list[Module]) -> None:
    assert list(destroyers(house)) == []


def test_nobody_empties_a_file_to_write_it(house: list[Module]) -> None:
    assert list(overwriters(house)) == []


class TestTheReaderItself:
    def seen(self, folder: Path, text: str) -> int:
        (folder / "core").mkdir()
        (folder / "core" / "a.py").write_text(text, encoding="utf-8")
        modules = read_modules(folder).values()
        return len([*destroyers(modules), *overwriters(modules)])

    @pytest.mark.parametrize(
        "text",
        [
            "path.unlink(missing_ok=True)",
            "os.remove(path)",
            "os.replace(a, b)",
            "path.replace(other)",
            "path.rename(other)",
            "Path.rename(a, b)",
            "shutil.rmtree(folder)",
            "shutil.move(a, b)",
            "from os import unlink",
            "from shutil import rmtree as gone",
            "delete = os.unlink",
            "path.write_text('x')",
            "path.open('wb')",
            "open(path, 'w')",
            "open(path, mode='w+')",
        ],
    )
    def test_sees(self, tmp_path: Path, text: str) -> None:
        assert self.seen(tmp_path, text)

    @pytest.mark.parametrize(
        "text",
        [
            "'a'.replace('a', 'b')",
            "name.replace('a', 'b')",
            "dataclasses.replace(request, seed=1)",
            "items.remove(one)",
            "path.open('rb')",
            "path.open('ab')",
            "open(path, 'xb')",
            "durable.remove(path)",
        ],
    )
    def test_lets_pass(self, tmp_path: Path, text: str) -> None:
        assert self.seen(tmp_path, text) == 0
