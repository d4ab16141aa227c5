"""Reads the source tree without importing it: which modules there are, and what each of them imports.

Used by the tests that draw walls and measure shapes; nothing here knows which import is allowed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Module:
    """One source file: `name` as imported, `path`, and its syntax `tree`."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"


@dataclass(frozen=True)
class Import:
    """One import: module `source` names `target`. `at_import` is false inside functions and `if TYPE_CHECKING`."""

    source: str
    target: str
    line: int
    at_import: bool

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


def read_modules(root: Path, packages: Iterable[str] = ("app", "core")) -> dict[str, Module]:
    """All modules of `packages` under `root`, by dotted name."""
    paths = (path for package in packages for path in sorted((root / package).rglob("*.py")))
    return {module.name: module for module in (_read(root, path) for path in paths)}


def read_imports(modules: Mapping[str, Module]) -> list[Import]:
    """Every import of every module. `from package import module` counts as an import of that module."""
    return [
        Import(module.name, _resolve(target, modules), line, at_import)
        for module in modules.values()
        for target, line, at_import in _targets(module, module.tree, at_import=True)
    ]


def within(name: str, prefix: str) -> bool:
    """Whether the dotted `name` is `prefix` or lies in it."""
    return name == prefix or name.startswith(prefix + ".")


def parents(name: str) -> Iterator[str]:
    """The packages that Python imports on its way to `name`, nearest first."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _read(root: Path, path: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))


def _targets(module: Module, node: ast.AST, at_import: bool) -> Iterator[tuple[str, int, bool]]:
    for child in ast.iter_child_nodes(node):
        for target in _named_by(module, child):
            yield target, getattr(child, "lineno", 0), at_import
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for statement in child.body:
                yield from _targets(module, ast.Module([statement], []), at_import=False)
            for statement in child.orelse:
                yield from _targets(module, ast.Module([statement], []), at_import)
        else:
            inside_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _targets(module, child, at_import and not inside_function)


def _named_by(module: Module, node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=base, names=names, level=level):
            prefix = _absolute(module, base, level)
            yield from (prefix if alias.name == "*" else f"{prefix}.{alias.name}" for alias in names)
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
            yield name


def _absolute(module: Module, base: str | None, level: int) -> str:
    if level == 0:
        return base or ""
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    anchor = package[: len(package) - (level - 1)]
    return ".".join([*anchor, *([base] if base else [])])


def _resolve(target: str, modules: Mapping[str, Module]) -> str:
    """`core.plan.Plan` is a name in the module `core.plan`; a module that is not there yet keeps its name."""
    holder = target.rpartition(".")[0]
    return holder if target not in modules and holder in modules else target


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
