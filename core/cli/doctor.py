"""`hanga doctor`: what this machine is, what Hanga is made of here, and whether it can work."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from core import VERSION
from core.cli.home import read_library
from core.cli.reporter import Sentences
from core.cli.telling import tell
from core.errors import HangaError
from core.jobs.worker_process import WorkerProcess
from core.library.keeper import Keeper
from core.library.models import BUILT_IN, ModelFolder
from core.library.query import Query
from core.machine import Machine
from core.paths import Home
from core.plain import to_plain

WORKER_SECONDS: Final = 120.0
PACKAGES: Final = (
    "torch",
    "torchvision",
    "transformers",
    "tokenizers",
    "open_clip_torch",
    "safetensors",
    "numpy",
    "pillow",
    "PySide6-Essentials",
)


@dataclass(frozen=True)
class Check:
    """Something that must work; `failure` is None where it does."""

    name: str
    failure: HangaError | None


@dataclass(frozen=True)
class Diagnosis:
    facts: dict[str, Any]
    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """That of the first check that failed; 0 if all is well."""
        return next((check.failure.exit_code for check in self.checks if check.failure), 0)

    def to_json(self) -> str:
        checks = [{"name": check.name, "ok": check.failure is None} | _told(check.failure) for check in self.checks]
        return json.dumps(self.facts | {"checks": checks})

    def to_text(self, sentences: Sentences) -> str:
        checks = {check.name: _verdict(check.failure, sentences) for check in self.checks}
        return f"{tell(self.facts)}\n{tell(checks)}"


def diagnose(home: Home) -> Diagnosis:
    """Look at the machine and try everything once; takes seconds, as torch is loaded."""
    from core.memory.machine import this_machine

    machine = this_machine()
    return Diagnosis(_facts(home, machine), tuple(_check(name, attempt) for name, attempt in _attempts(home, machine)))


def _facts(home: Home, machine: Machine) -> dict[str, Any]:
    there = next(place for place in (home.root, *home.root.absolute().parents) if place.exists())
    return {
        "hanga": VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "home": str(home.root),
        "free_bytes": shutil.disk_usage(there).free,
        "memory": machine.memory,
        "devices": [{"address": device.address} | _members(device) for device in machine.devices],
    }


def _members(value: object) -> dict[str, Any]:
    members = to_plain(value)
    assert isinstance(members, dict)
    return members


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _attempts(home: Home, machine: Machine) -> Iterator[tuple[str, Callable[[], object]]]:
    from core.pipeline.self_test import self_test

    yield "home", partial(Keeper(home).check, 1)
    yield "library", partial(_look_into, home)
    yield "worker", partial(_start_worker, home)
    for name in BUILT_IN:
        yield name, partial(ModelFolder(home).describe, name)
    for device in machine.devices:
        yield device.address, partial(self_test, device.address)


def _look_into(home: Home) -> None:
    with read_library(home) as library:
        library.count(Query())


def _start_worker(home: Home) -> None:
    worker = WorkerProcess(home)
    try:
        worker.machine(WORKER_SECONDS)
    finally:
        worker.close()


def _check(name: str, attempt: Callable[[], object]) -> Check:
    try:
        attempt()
    except HangaError as error:
        return Check(name, error)
    return Check(name, None)


def _told(failure: HangaError | None) -> dict[str, Any]:
    return {} if failure is None else {"code": failure.code, "data": failure.data}


def _verdict(failure: HangaError | None, sentences: Sentences) -> str:
    return sentences.say("cli.well") if failure is None else sentences.say(failure.code, **failure.data)
