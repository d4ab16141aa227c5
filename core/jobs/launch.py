"""Starting a worker process, and reading from its exit code what it died of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from core.jobs.backend import CRASHED, KILLED, UNSTARTABLE, WorkerDied
from core.paths import Home
from core.torch_environment import for_torch

WORKER_ARGUMENT: Final = "--worker"
"""With this as its first argument, the frozen program is a worker: the rest is for `core.jobs.worker.main`."""


def worker_command(home: Home) -> list[str]:
    """The command line of a worker, from sources and from the frozen program, which has no Python of its own to ask."""
    frozen = getattr(sys, "frozen", False)
    program = [sys.executable, WORKER_ARGUMENT] if frozen else [sys.executable, "-m", "core.jobs.worker"]
    return [*program, "--home", str(home.root.absolute())]


def started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """The process, out of reach of signals that a terminal sends to its window. Raises WorkerDied."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    pipe = subprocess.PIPE
    try:
        environment = for_torch(os.environ)
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, **apart)
    except OSError as error:
        raise WorkerDied(UNSTARTABLE, {"error": error.strerror or str(error)}) from error


def death_of(code: int, log: str) -> WorkerDied:
    """How a process died that nobody here has ended."""
    if os.name != "nt" and code == -signal.SIGKILL:
        return WorkerDied(KILLED, {"log": log})
    return WorkerDied(CRASHED, {"how": _signal_name(-code) if code < 0 else f"exit code {code}", "log": log})


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
