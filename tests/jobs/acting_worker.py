"""A worker that has accidents to order: `python -m tests.jobs.acting_worker --home FOLDER …`.

Before each task it looks for an order in its home (see `Accident`), and takes it away. Without `--real` it computes
nothing, so that it starts at once; a step then takes `--seconds`. `--deaf` is for DEAF_SECONDS.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO
from unittest import mock

from core.errors import HangaError
from core.events import Event, Failed
from core.jobs import worker
from core.jobs.backend import Workshop
from core.jobs.task import Task
from core.machine import Machine
from core.paths import Home
from core.plan import Plan
from tests.jobs.fake import FakeWorkshop

FOR_EVER = 3600
ORDER = "accident.json"


@dataclass(frozen=True)
class Accident:
    """Of a `kind` of `ACCIDENTS`: before event `before` of the next task is told, or `seconds` after it began."""

    kind: str
    before: int | None = None
    seconds: float | None = None

    def order(self, home: Home) -> None:
        (home.root / ORDER).write_text(json.dumps(asdict(self)), encoding="utf-8")


def _hold_the_interpreter() -> None:
    ctypes.PyDLL(None).sleep(FOR_EVER)


def _raise() -> None:
    raise KeyError("nobody foresaw this")


def _fail() -> None:
    raise HangaError("engine.unexpected", error="KeyError", log="somewhere")


def _lose_the_device() -> None:
    raise HangaError("engine.device_lost", device="cuda:0", reason="CUDA error: unspecified launch failure")


def _chatter() -> None:
    """Of libraries, and of programs that they call."""
    print("Downloading: 100 %" * 10_000)
    os.write(1, b"HNGA" * 10_000)
    subprocess.run([sys.executable, "-c", "print(input())"], check=False)


def _signalled(name: str) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), getattr(signal, name))


DEATHS: dict[str, Callable[[], object]] = {
    "killed": _signalled("SIGKILL"),
    "segmentation fault": _signalled("SIGSEGV"),
    "bus error": _signalled("SIGBUS"),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "exit as if all were well": lambda: os._exit(0),
    "stopped": _signalled("SIGSTOP"),
    "holding the interpreter": _hold_the_interpreter,
    "silent": lambda: time.sleep(FOR_EVER),
    "raise": _raise,
    "garbage": lambda: os.write(OUTPUT[0], b"Downloading: 100 %\n"),
    "half a frame": lambda: (os.write(OUTPUT[0], b"HNGA\0\1\0\0\0\x40"), os._exit(0)),
    "monstrous frame": lambda: os.write(OUTPUT[0], b"HNGA\0\1" + b"\xff" * 8),
}

ACCIDENTS = {**DEATHS, "unforeseen": _fail, "device lost": _lose_the_device, "chatter": _chatter}
"""The last two are survived."""

OUTPUT: list[int] = []
"""The descriptor of the frames, for those who spoil them."""


@dataclass
class AccidentProne:
    """A workshop around another one."""

    workshop: Workshop
    home: Home

    def machine(self) -> Machine:
        return self.workshop.machine()

    def prepare(self) -> None:
        self.workshop.prepare()

    def warm(self, plan: Plan, cancelled: Callable[[], bool]) -> None:
        self.workshop.warm(plan, cancelled)

    def run(self, task: Task, cancelled: Callable[[], bool]) -> Iterator[Event]:
        accident = self._ordered()
        if accident is not None and accident.seconds is not None:
            timer = threading.Timer(accident.seconds, ACCIDENTS[accident.kind])
            timer.daemon = True
            timer.start()
        try:
            for number, event in enumerate(self.workshop.run(task, cancelled)):
                if accident is not None and accident.before == number:
                    ACCIDENTS[accident.kind]()
                yield event
        except HangaError as error:
            yield Failed(job=task.job, code=error.code, data=error.data)

    def _ordered(self) -> Accident | None:
        order = self.home.root / ORDER
        if not order.exists():
            return None
        accident = Accident(**json.loads(order.read_text("utf-8")))
        order.unlink()
        return accident


def command(home: Home, *options: object) -> list[str]:
    return [sys.executable, "-m", "tests.jobs.acting_worker", "--home", str(home.root), *map(str, options)]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--deaf", type=float, default=worker.DEAF_SECONDS)
    options = parser.parse_args(arguments)

    def workshop(home: Home) -> Workshop:
        inside = worker.torch_workshop(home) if options.real else FakeWorkshop(home, seconds=options.seconds)
        return AccidentProne(inside, home)

    with mock.patch.object(worker, "Pipes", _Overheard), mock.patch.object(worker, "DEAF_SECONDS", options.deaf):
        worker.main(["--home", str(options.home)], workshop)


class _Overheard(worker.Pipes):
    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        super().__init__(incoming, outgoing)
        OUTPUT.append(outgoing.fileno())


if __name__ == "__main__":
    main(sys.argv[1:])
