"""The command line, called in this process, on small models with random weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from app.__main__ import main
from tests.tiny import write_base, write_refiner


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every line of standard output, read as JSON: there must be nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def facts(self) -> dict[str, Any]:
        """The one object that commands without a run print."""
        (facts,) = self.events
        return facts

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]


Hanga = Callable[..., Result]


@dataclass(frozen=True)
class Models:
    base: Path
    refiner: Path


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    folder = tmp_path_factory.mktemp("models")
    base = write_base(folder / "base.safetensors", torch.float16)
    return Models(base, write_refiner(folder / "refiner.safetensors", torch.float16))


@pytest.fixture(autouse=True)
def _one_thread_in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HANGA_LANG", "en")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def hanga(capsys: pytest.CaptureFixture[str]) -> Hanga:
    """`hanga(command, options…)` → Result."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return call


@pytest.fixture
def generate(hanga: Hanga, models: Models) -> Hanga:
    """`hanga generate --json` of a small fox with the small base; later options win."""

    def call(*options: object) -> Result:
        size = ("--width", 64, "--height", 64, "--steps", 2, "--seed", 7)
        return hanga("generate", "a fox", "--json", "--checkpoint", models.base, *size, *options)

    return call


def files(folder: Path) -> set[str]:
    """Every file below `folder`, except for what any run may keep: hashes of models, the database and its lock."""
    found = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    names = (str(path.relative_to(folder)) for path in found)
    return {name for name in names if not name.startswith(("home/hashes.json", "home/hanga.", "home/snapshots/"))}


def assert_refused(result: Result, exit_code: int, code: str) -> dict[str, Any]:
    """Refused before any work: one sentence for people, one event for programs. Returns the event's data."""
    assert result.code == exit_code, result.err
    (line,) = result.err.splitlines()
    assert "Traceback" not in line
    (event,) = result.events
    assert (event["event"], event["code"]) == ("Failed", code), line
    data: dict[str, Any] = event["data"]
    return data


def assert_failed(result: Result, exit_code: int, code: str) -> dict[str, Any]:
    """Failed at work: progress, then one sentence; events that begin with Started and end with Failed."""
    assert result.code == exit_code, result.err
    assert "Traceback" not in result.err
    first, *_, last = result.events
    assert first["event"] == "Started"
    assert (last["event"], last["code"]) == ("Failed", code), result.err
    assert [event["event"] for event in result.events if event["event"] in ("Finished", "Cancelled", "Saved")] == []
    data: dict[str, Any] = last["data"]
    return data
