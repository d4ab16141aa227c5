"""`installers/dev.py` installs once, notices change and interruption, and passes everything else through."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from installers import dev
from tests.house import ROOT


class Machine:
    """A project folder in which installing is only written down. `ends` is how coming calls end."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.ends: list[int | type[BaseException]] = []
        self.stamped_meanwhile = False
        names = {"ROOT": "", "VENV": ".venv", "PYTHON": ".venv/python", "STAMP": ".venv/stamp"}
        names |= {"UNFINISHED": "build/unfinished", "LOCK": "build/lock", "PROJECT": "toml", "CONSTRAINTS": "pins"}
        for name, path in names.items():
            monkeypatch.setattr(dev, name, folder / path)
        monkeypatch.setattr(dev, "call", self.call)
        dev.PROJECT.touch()
        dev.CONSTRAINTS.touch()

    def call(self, command: Sequence[str]) -> int:
        self.calls.append(" ".join(command))
        self.stamped_meanwhile |= dev.extras_installed() is not None
        if "venv" in command:
            dev.VENV.mkdir(exist_ok=True)
            dev.PYTHON.touch()
        end = self.ends.pop(0) if self.ends else 0
        if isinstance(end, int):
            return end
        raise end

    def provide(self, *extras: str) -> str:
        """What is called to have `extras`."""
        self.calls.clear()
        dev.provide_environment(*extras)
        return "\n".join(self.calls)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_first_a_fresh_environment_then_the_project_in_pinned_versions(machine: Machine) -> None:
    made, installed = machine.provide("test").split("\n")
    assert "venv --clear" in made
    assert f"--constraint {dev.CONSTRAINTS} --editable {dev.ROOT}[test]" in installed
    assert not machine.stamped_meanwhile, "the stamp is written last"


def test_hanga_alone_needs_no_extras(machine: Machine) -> None:
    assert machine.provide().endswith(f"--editable {dev.ROOT}")


def test_the_second_time_nothing_is_done(machine: Machine) -> None:
    assert machine.provide("test")
    assert machine.provide("test") == machine.provide() == ""


def test_more_is_added_to_what_is_there(machine: Machine) -> None:
    machine.provide()
    assert "[test]" in machine.provide("test")
    assert "[build,test]" in machine.provide("build")


@pytest.mark.parametrize("changed", ["PROJECT", "CONSTRAINTS"])
def test_a_change_is_noticed_and_installed_over_what_is_there(machine: Machine, changed: str) -> None:
    machine.provide()
    getattr(dev, changed).write_text("torch==3")
    assert "install" in (calls := machine.provide())
    assert "--clear" not in calls


@pytest.mark.parametrize("end", [KeyboardInterrupt, -9])
def test_after_an_interruption_it_begins_from_nothing(machine: Machine, end: int | type[BaseException]) -> None:
    machine.ends = [0, end]
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        machine.provide()
    assert "--clear" in machine.provide()
    assert machine.provide() == ""


def test_a_refusal_is_passed_on_and_tried_again_without_beginning_from_nothing(machine: Machine) -> None:
    machine.ends = [0, 1]
    with pytest.raises(SystemExit, match="stopped"):
        machine.provide()
    assert "--clear" not in (calls := machine.provide())
    assert "install" in calls


def test_an_environment_whose_python_is_gone_is_made_again(machine: Machine) -> None:
    machine.provide()
    dev.PYTHON.unlink()
    assert "--clear" in machine.provide()


def test_arguments_pass_through(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[str] = []

    def become(command: list[str]) -> int:
        became.extend(command)
        return 6

    monkeypatch.setattr(dev, "become", become)
    assert dev.main(["run", "generate", "--json", "a fox"]) == 6
    assert became == [str(dev.PYTHON), "-P", "-m", "app", "generate", "--json", "a fox"]


def test_anything_else_gets_the_commands_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["fly"]) == dev.main([]) == 2
    assert "dev.py run" in capsys.readouterr().err


class TestSystemPackages:
    def test_are_installed_without_a_question_where_that_is_allowed(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dev, "rights_to_install", lambda: ["sudo", "-n"])
        dev.provide_packages(["libgl1"])
        update, install = machine.calls
        assert update.startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update")
        assert install.endswith("apt-get install --yes --no-install-recommends libgl1")

    def test_are_asked_for_where_it_is_not(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(dev, "rights_to_install", lambda: None)
        dev.provide_packages(["libgl1", "libegl1"])
        assert machine.calls == []
        assert "libgl1" in capsys.readouterr().err

    def test_are_not_touched_where_nothing_is_missing(self, machine: Machine) -> None:
        dev.provide_packages([])
        assert machine.calls == []

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves these libraries to its packages")
    def test_only_what_does_not_load_is_missing(self) -> None:
        assert dev.packages_for({"libc.so.6": "libc6", "libnowhere.so.9": "libnowhere9"}) == ["libnowhere9"]


def test_an_old_python_is_told_in_one_sentence() -> None:
    ast.parse((ROOT / "installers" / "dev.py").read_text("utf-8"), feature_version=(3, 8))
    pretend = (
        "import runpy, sys; sys.version_info = (3, 10); sys.version = '3.10.1'; runpy.run_path('installers/dev.py')"
    )
    result = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stderr.count("\n") == 1
    assert "Python 3.11 or newer, and this is 3.10.1" in result.stderr
