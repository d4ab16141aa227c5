"""The shape of the code: small files, short functions, nothing swallowed, everything introduced."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, Module, read_modules

FILE_ORIENTATION, FILE_CEILING = 400, 500
FUNCTION_ORIENTATION, FUNCTION_CEILING = 40, 80
SHARE_WITHIN_ORIENTATION = 0.95
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "stuff"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> Iterator[Function]:
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def lines(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def length(module: Module) -> int:
    return len(module.path.read_text(encoding="utf-8").splitlines())


def share_within(lengths: Iterable[int], orientation: int) -> float:
    known = list(lengths)
    return sum(each <= orientation for each in known) / max(len(known), 1)


def long_files(modules: Iterable[Module]) -> Iterator[str]:
    return (f"{module.name}: {length(module)} lines" for module in modules if length(module) > FILE_CEILING)


def long_functions(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for node in functions(module):
            if lines(node) > FUNCTION_CEILING:
                yield f"{module.name}.{node.name}: {lines(node)} lines"


def swallowed(modules: Iterable[Module]) -> Iterator[str]:
    """Handlers that say nothing of what they catch, and those that catch everything without looking."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or all(map(_does_nothing, node.body))):
                yield f"{module.name}:{node.lineno} swallows an exception"
            if isinstance(node, ast.Call) and _suppresses_everything(node):
                yield f"{module.name}:{node.lineno} suppresses every exception"


def _does_nothing(statement: ast.stmt) -> bool:
    ellipsis = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return ellipsis or isinstance(statement, ast.Pass | ast.Continue)


def _suppresses_everything(call: ast.Call) -> bool:
    named = {node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)}
    return ast.unparse(call.func).endswith("suppress") and bool(named & {"Exception", "BaseException"})


def without_docstring(modules: Iterable[Module]) -> Iterator[str]:
    return (module.name for module in modules if not ast.get_docstring(module.tree))


def named_for_nothing(modules: Iterable[Module]) -> Iterator[str]:
    return (module.name for module in modules if module.path.stem in NAMES_THAT_SAY_NOTHING)


@pytest.fixture(scope="module")
def house() -> list[Module]:
    return list(read_modules(ROOT, ("app", "core", "installers", "tests")).values())


@pytest.mark.parametrize("flaws", [long_files, long_functions, swallowed, without_docstring, named_for_nothing])
def test_no_flaws(house: list[Module], flaws: Callable[[Iterable[Module]], Iterator[str]]) -> None:
    assert list(flaws(house)) == []


def test_nearly_every_file_is_short(house: list[Module]) -> None:
    assert share_within(map(length, house), FILE_ORIENTATION) >= SHARE_WITHIN_ORIENTATION


def test_nearly_every_function_is_short(house: list[Module]) -> None:
    lengths = (lines(node) for module in house for node in functions(module))
    assert share_within(lengths, FUNCTION_ORIENTATION) >= SHARE_WITHIN_ORIENTATION


class TestTheRulersThemselves:
    def measure(self, folder: Path, text: str, name: str = "module") -> list[Module]:
        (folder / "core").mkdir()
        (folder / "core" / f"{name}.py").write_text(text, encoding="utf-8")
        return list(read_modules(folder, ["core"]).values())

    @pytest.mark.parametrize(
        "handler",
        ["except:\n    raise", "except OSError:\n    pass", "except OSError:\n    ...", "except OSError:\n    'fine'"],
    )
    def test_sees_a_swallowed_exception(self, tmp_path: Path, handler: str) -> None:
        assert len(list(swallowed(self.measure(tmp_path, f"try:\n    x = 1\n{handler}\n")))) == 1

    def test_sees_everything_suppressed(self, tmp_path: Path) -> None:
        text = "import contextlib\nwith contextlib.suppress(Exception):\n    x = 1\n"
        assert len(list(swallowed(self.measure(tmp_path, text)))) == 1

    def test_lets_an_answered_exception_pass(self, tmp_path: Path) -> None:
        text = "try:\n    x = 1\nexcept OSError:\n    x = 2\n"
        assert list(swallowed(self.measure(tmp_path, text))) == []

    def test_sees_a_long_function_and_a_long_file(self, tmp_path: Path) -> None:
        house = self.measure(tmp_path, "def f():\n" + "    x = 1\n" * FILE_CEILING)
        assert len(list(long_functions(house))) == len(list(long_files(house))) == 1

    def test_sees_a_missing_introduction_and_an_empty_name(self, tmp_path: Path) -> None:
        house = self.measure(tmp_path, "x = 1\n", name="utils")
        assert list(without_docstring(house)) == list(named_for_nothing(house)) == ["core.utils"]
