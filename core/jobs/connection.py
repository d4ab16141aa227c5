"""One worker process as the window sees it: started, heard, ended, and buried with a log of what it said last."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import IO, Final

from core import VERSION
from core.errors import HangaError
from core.jobs.backend import CRASHED, HUNG, WorkerDied
from core.jobs.launch import death_of, started
from core.jobs.protocol import Found, Hello, Message, ProtocolError, Told, framed, received
from core.machine import Machine
from core.paths import Home
from core.unexpected import keep_log

logger = logging.getLogger(__name__)

LAST_WORDS: Final = 1 << 16
"""Bytes of standard error that are kept for the log."""
CONFESSING_SECONDS: Final = 2.0
"""What a hung worker gets to say where it hangs."""
LEAVING_SECONDS: Final = 5.0
"""Between the last that a process says and its end."""


class Connection:
    """A worker process and the three threads that serve its pipes. Methods may be called from any thread."""

    def __init__(self, command: Sequence[str], home: Home, ended: Callable[[Connection], None]) -> None:
        """Starts it; `ended` is called once when it has gone. Raises WorkerDied if it cannot be started."""
        self.machine: Future[Machine] = Future()
        self.heard = time.monotonic()
        """When it last said anything."""
        self._home = home
        self._ended = ended
        self._inbox: SimpleQueue[Told | WorkerDied] = SimpleQueue()
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._last_words = b""
        self._dismissed = False
        self._condemned: float | None = None
        self._process = started(command)
        self._writing = self._serving(self._write, self._process.stdin)
        self._overhearing = self._serving(self._overhear, self._process.stderr)
        self._reading = self._serving(self._read, self._process.stdout)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Message) -> None:
        """Returns at once, however full the pipe is. Raises ProtocolError for a message that is too long."""
        self._outbox.put(framed(message))

    def next(self, seconds: float) -> Told | WorkerDied | None:
        """What it says next, or how it died; None if that is nothing for so long."""
        try:
            return self._inbox.get(timeout=seconds)
        except Empty:
            return None

    def condemn(self, seconds: float) -> None:
        """End a worker that has been silent for `seconds`; it says first where it hangs, if it still can."""
        self._condemned = seconds
        if os.name != "nt":
            self._process.send_signal(signal.SIGABRT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CONFESSING_SECONDS)
        self._process.kill()

    def dismiss(self) -> None:
        """Let it leave by itself; it stops what it does."""
        self._dismissed = True
        self._outbox.put(None)

    def close(self, seconds: float) -> None:
        """Let it leave, end it if it does not within `seconds`, and wait until it has gone."""
        self.dismiss()
        self._reading.join(seconds)
        if self._reading.is_alive():
            self._process.kill()
            self._reading.join(LEAVING_SECONDS)

    def _serving(self, serve: Callable[[IO[bytes]], None], pipe: IO[bytes] | None) -> threading.Thread:
        thread = threading.Thread(target=serve, args=(pipe,), name=f"worker {self.pid} {serve.__name__}", daemon=True)
        thread.start()
        return thread

    def _write(self, pipe: IO[bytes]) -> None:
        # A pipe that breaks is no news here: `_read` tells of the end.
        with contextlib.suppress(OSError):
            while (frame := self._outbox.get()) is not None:
                pipe.write(frame)
                pipe.flush()
        with contextlib.suppress(OSError):
            pipe.close()

    def _overhear(self, pipe: IO[bytes]) -> None:
        with pipe:
            while words := os.read(pipe.fileno(), LAST_WORDS):
                self._last_words = (self._last_words + words)[-LAST_WORDS:]

    def _read(self, pipe: IO[bytes]) -> None:
        wrong = ""
        with pipe:
            try:
                while (message := received(pipe)) is not None:
                    self._take(message)
            except ProtocolError as error:
                wrong = str(error)
        self._bury(wrong)

    def _take(self, message: Message) -> None:
        self.heard = time.monotonic()
        if isinstance(message, Told):
            self._inbox.put(message)
        elif isinstance(message, Found):
            self.machine.set_result(message.machine)
        elif isinstance(message, Hello) and message.version != VERSION:
            raise ProtocolError(f"the worker is Hanga {message.version}, its window {VERSION}")

    def _bury(self, wrong: str) -> None:
        """Leave neither process nor thread behind, then tell whoever waits; `wrong` is what was not understood."""
        if wrong:
            self._process.kill()
        code = self._exit_code()
        self._outbox.put(None)
        for thread in (self._writing, self._overhearing):
            thread.join(LEAVING_SECONDS)
        death = self._death(code, wrong)
        if not self.machine.done():
            self.machine.set_exception(death)
        self._ended(self)
        self._inbox.put(death)

    def _exit_code(self) -> int:
        try:
            return self._process.wait(LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _death(self, code: int, wrong: str) -> WorkerDied:
        log = "" if self._dismissed else self._log(code, wrong)
        if self._condemned is not None:
            return WorkerDied(HUNG, {"seconds": self._condemned, "log": log})
        return WorkerDied(CRASHED, {"how": wrong, "log": log}) if wrong else death_of(code, log)

    def _log(self, code: int, wrong: str) -> str:
        """Where the log lies of a worker that nobody has sent away; the folder of logs if it cannot be written."""
        text = f"The worker ended with code {code}. {wrong}\n\n{self._last_words.decode('utf-8', 'backslashreplace')}"
        try:
            return str(keep_log(self._home, text))
        except HangaError as error:
            logger.warning("no log of a dead worker: %s", error)
            return str(self._home.logs)
