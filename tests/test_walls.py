"""The walls stand: nobody imports what the table in `tests/walls.py` does not allow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.house import ROOT, Import, Module, parents, read_imports, read_modules, within
from tests.walls import GUESTS_OF_WORDS, HEAVY, ROOMS, WITHOUT_QT, WITHOUT_TORCH

OWN = ("app", "core")


def room_of(module: str) -> str:
    """The room of the nearest drawn ancestor; `core` itself is drawn for its docstring only, not for all below it."""
    for name in (module, *parents(module)):
        for title, room in ROOMS.items():
            if name in room.modules and (name != "core" or module == "core"):
                return title
    raise LookupError(f"no room is drawn for {module}: add it to tests/walls.py, with a reason")


def forbidden(imports: Iterable[Import]) -> Iterator[str]:
    """Imports between rooms that the table does not allow, in functions and for types too."""
    for edge in imports:
        if edge.target.partition(".")[0] in OWN:
            source, target = room_of(edge.source), room_of(edge.target)
            if target != source and target not in ROOMS[source].may_import:
                yield f"{edge}, but {source} must not know {target}: {ROOMS[source].why}"


def strangers_among_words(imports: Iterable[Import]) -> Iterator[str]:
    for edge in imports:
        if room_of(edge.source) == "words":
            package = edge.target.partition(".")[0]
            guests = GUESTS_OF_WORDS.get(edge.source, frozenset())
            if package not in {*OWN, *sys.stdlib_module_names, *guests}:
                yield f"{edge}, but the words import the standard library only"


def reached(start: str, graph: Mapping[str, list[Import]]) -> Iterator[Import]:
    """The imports that happen when `start` is imported, those of its parent packages included."""
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        edges = [edge for module in (name, *parents(name)) for edge in graph.get(module, [])]
        yield from edges
        fresh = {edge.target for edge in edges} - seen
        seen |= fresh
        waiting += fresh


def graph_at_import(imports: Iterable[Import]) -> dict[str, list[Import]]:
    graph: dict[str, list[Import]] = {}
    for edge in imports:
        if edge.at_import:
            graph.setdefault(edge.source, []).append(edge)
    return graph


def brings_in(
    packages: Iterable[str], modules: Iterable[str], among: Iterable[str], imports: list[Import]
) -> Iterator[str]:
    """Modules within `modules` whose import brings in one of `packages`, however indirectly."""
    graph = graph_at_import(imports)
    for start in (name for name in among if any(within(name, prefix) for prefix in modules)):
        for edge in reached(start, graph):
            if any(within(edge.target, package) for package in packages):
                yield f"importing {start} imports {edge.target}: {edge}"


def cycles(imports: Iterable[Import]) -> Iterator[str]:
    graph = graph_at_import(edge for edge in imports if edge.target != edge.source)
    for start in graph:
        if any(start in reached_again(edge.target, graph) for edge in graph[start]):
            yield f"{start} imports itself in the end"


def reached_again(start: str, graph: Mapping[str, list[Import]]) -> set[str]:
    """Like `reached`, without parents: a package's own `__init__` naming its modules is no cycle."""
    seen, waiting = {start}, [start]
    while waiting:
        fresh = {edge.target for edge in graph.get(waiting.pop(), [])} - seen
        seen |= fresh
        waiting += fresh
    return seen


def global_statements(modules: Mapping[str, Module]) -> Iterator[str]:
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                yield f"{module.name}:{node.lineno} global {', '.join(node.names)}"


def without_torch(modules: Iterable[str]) -> tuple[str, ...]:
    """`core` is a word, but what lies in it is not; so it stands for itself alone."""
    return tuple(name for name in modules if name != "core")


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    return read_modules(ROOT, OWN)


@pytest.fixture(scope="module")
def imports(modules: dict[str, Module]) -> list[Import]:
    return read_imports(modules)


def test_every_module_lives_in_a_room(modules: dict[str, Module]) -> None:
    assert [name for name in modules if not room_of(name)] == []


def test_arrows_point_down_only(imports: list[Import]) -> None:
    assert list(forbidden(imports)) == []


def test_the_words_import_the_standard_library_only(imports: list[Import]) -> None:
    assert list(strangers_among_words(imports)) == []


def test_the_window_never_meets_torch(modules: dict[str, Module], imports: list[Import]) -> None:
    assert list(brings_in(HEAVY, without_torch(WITHOUT_TORCH), modules, imports)) == []


def test_headless_commands_never_meet_qt(modules: dict[str, Module], imports: list[Import]) -> None:
    assert list(brings_in(["PySide6"], WITHOUT_QT, modules, imports)) == []


def test_diffusers_is_an_oracle_of_the_tests_only(imports: list[Import]) -> None:
    assert [str(edge) for edge in imports if within(edge.target, "diffusers")] == []


def test_nothing_imports_in_circles(imports: list[Import]) -> None:
    assert list(cycles(imports)) == []


def test_nothing_is_global(modules: dict[str, Module]) -> None:
    assert list(global_statements(modules)) == []


def test_the_installer_needs_nothing_installed() -> None:
    imports = read_imports(read_modules(ROOT, ["installers"]))
    dev = {edge.target.partition(".")[0] for edge in imports if edge.source == "installers.dev"}
    assert dev <= sys.stdlib_module_names


def test_every_arrow_of_the_table_leads_to_a_room() -> None:
    assert {target for room in ROOMS.values() for target in room.may_import} <= ROOMS.keys()


class TestTheCheckerItself:
    """On small trees made for it: it must see each kind of hole in the wall."""

    def house(self, folder: Path, **files: str) -> dict[str, Module]:
        for name, text in {"core__init": "", **files}.items():
            path = folder / (name.replace("__", "/").replace("/init", "/__init__") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return read_modules(folder, OWN)

    @pytest.mark.parametrize(
        "statement",
        [
            "import core.conditioning.tokens",
            "from core.conditioning import tokens",
            "from core.conditioning.tokens import Tokens",
            "from ..conditioning.tokens import Tokens",
            "from ..conditioning import tokens",
            "def later():\n    from core.conditioning import tokens",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.conditioning import tokens",
            "import importlib\nimportlib.import_module('core.conditioning.tokens')",
        ],
    )
    def test_sees_every_way_to_import_a_neighbour(self, tmp_path: Path, statement: str) -> None:
        house = self.house(tmp_path, core__conditioning__tokens="Tokens = 1", core__models__unet=statement)
        (hole,) = forbidden(read_imports(house))
        assert "models must not know prompting" in hole

    def test_sees_a_neighbour_that_is_not_there_yet(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__sampling__euler="from core.pipeline.run import run")
        assert len(list(forbidden(read_imports(house)))) == 1

    def test_lets_an_arrow_down_pass(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__plan="", core__pipeline__run="from core.plan import Plan")
        assert list(forbidden(read_imports(house))) == []

    def test_asks_for_a_room(self, tmp_path: Path) -> None:
        with pytest.raises(LookupError, match=r"core\.attic"):
            [room_of(name) for name in self.house(tmp_path, core__attic="")]

    def test_sees_torch_behind_two_modules(self, tmp_path: Path) -> None:
        house = self.house(
            tmp_path,
            core__planning__a="from core.planning import b",
            core__planning__b="from core.planning.c import x",
            core__planning__c="from torch import nn",
        )
        assert len(list(brings_in(HEAVY, ["core.planning.a"], house, read_imports(house)))) == 1

    def test_sees_torch_in_a_parent_package(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__planning__init="import torch", core__planning__a="")
        assert list(brings_in(HEAVY, ["core.planning.a"], house, read_imports(house)))

    def test_lets_torch_be_imported_later_and_for_types(self, tmp_path: Path) -> None:
        text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\ndef f():\n    import torch"
        house = self.house(tmp_path, core__planning__a=text)
        assert list(brings_in(HEAVY, ["core.planning"], house, read_imports(house))) == []

    def test_sees_a_circle(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__models__a="import core.models.b", core__models__b="from . import a")
        assert len(list(cycles(read_imports(house)))) == 2

    def test_lets_a_package_name_its_modules(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__models__init="from core.models.a import A", core__models__a="A = 1")
        assert list(cycles(read_imports(house))) == []

    def test_sees_a_stranger_among_the_words(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__plan="import json\nimport numpy")
        (hole,) = strangers_among_words(read_imports(house))
        assert "numpy" in hole

    def test_sees_a_global(self, tmp_path: Path) -> None:
        house = self.house(tmp_path, core__plan="def f():\n    global x\n    x = 1")
        assert list(global_statements(house)) == ["core.plan:2 global x"]
