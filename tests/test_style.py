"""Style and types are tests too, so that one command checks everything."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house import ROOT


@pytest.mark.parametrize("command", ["ruff check", "ruff format --check", "mypy"])
def test_style_and_types(command: str) -> None:
    check = [sys.executable, "-m", *command.split()]
    result = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
