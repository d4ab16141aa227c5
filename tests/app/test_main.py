"""The one door: arguments go to the command line; without any, the window opens where there is a screen."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from app.__main__ import main
from app.sentences import Sentences
from tests.house import ROOT


def test_without_a_screen_it_says_how_to_make_a_picture(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 0
    assert "dev.py run generate" in capsys.readouterr().out


def test_arguments_and_exit_code_pass_through(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []

    def run_command(argv: list[str], sentences: Sentences) -> int:
        heard.extend(argv)
        assert isinstance(sentences, Sentences)
        return 6

    command_line = ModuleType("core.cli.main")
    monkeypatch.setattr(command_line, "main", run_command, raising=False)
    monkeypatch.setitem(sys.modules, "core.cli.main", command_line)
    assert main(["generate", "--json", "a fox"]) == 6
    assert heard == ["generate", "--json", "a fox"]


def test_starting_imports_neither_qt_nor_torch() -> None:
    code = "import sys, app.__main__; print(*{'torch', 'PySide6', 'transformers'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
