"""The front door: behind it is what it promises to those who check types, and nothing comes before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from core import engine
from tests.house import ROOT


def promised() -> dict[str, tuple[str, str]]:
    """Name → the room and what it is called there, as written for those who check types."""
    tree = ast.parse(Path(engine.__file__).read_text("utf-8"))
    imports = [node for branch in ast.walk(tree) if isinstance(branch, ast.If) for node in branch.body]
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in imports
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_names_are_fetched_from_where_types_say() -> None:
    assert promised() == engine.HOMES
    assert set(engine.__all__) == set(engine.HOMES)


@pytest.mark.parametrize("name", engine.__all__)
def test_every_name_is_there(name: str) -> None:
    room, called = engine.HOMES[name]
    assert getattr(engine, name) is getattr(sys.modules[room], called)


def test_another_name_is_refused() -> None:
    with pytest.raises(ImportError, match="nonsense"):
        exec("from core.engine import nonsense")


def test_notices_are_heard_without_database_and_pictures() -> None:
    code = "import sys, core.engine; core.engine.JobChanged; print(*{'sqlite3', 'numpy', 'PIL'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.strip() == ""
