"""Looking: reads model files for their hashes, one at a time, and says how far it is: a checkpoint takes a while.

looking = Looking(home.hashes, tell, over)
looking.hasty.get(path)                 # known, or a stand-in; then the file is read in the background
looking.patient(is_stopped).get(path)   # known, or read now; raises Interrupted as soon as it is stopped
looking.close()
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from core.checkpoint.hashing import HashCache
from core.checkpoint.header import Progress
from core.errors import HangaError

logger = logging.getLogger(__name__)

QUIET_SECONDS: Final = 1.0
"""What takes no longer is not worth a word; nor is a word wanted more often."""

Tell = Callable[[str, float], object]
"""Called with a file's name, and the share of it that is read: 1.0 at last."""


class Interrupted(Exception):  # noqa: N818  # it is no mistake
    """Nobody wants to know any more."""


class Digests(Protocol):
    """Hashes of files."""

    def get(self, path: Path, *, start: int = 0) -> str:
        """SHA-256 of a file from its byte `start` on. Raises HangaError file.*."""

    def places(self, digest: str) -> Iterator[Path]:
        """Where files with this hash were last seen."""


class Looking:
    """`store` keeps hashes that are known. `over` is called when nothing is left to be read in the background; it and
    `tell` are called from other threads."""

    def __init__(self, store: Path, tell: Tell, over: Callable[[], object]) -> None:
        self._hashes, self._tell, self._over = HashCache(store), tell, over
        self._reading, self._state = threading.Lock(), threading.Lock()
        self._wanted: dict[tuple[Path, int], None] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def hasty(self) -> Digests:
        return _Hasty(self._hashes, self._want)

    def patient(self, stopped: Callable[[], bool]) -> Digests:
        return _Patient(self._hashes, lambda path, start: self._read(path, start, stopped))

    def close(self) -> None:
        """Nothing is read any more."""
        with self._state:
            self._closed = True
            self._wanted.clear()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _want(self, path: Path, start: int) -> None:
        with self._state:
            if self._closed:
                return
            self._wanted[path, start] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="looking at models", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while (wanted := self._next()) is not None:
            try:
                self._read(*wanted, stopped=lambda: False)
            except HangaError as error:
                logger.info("%s cannot be read: %s", wanted[0].name, error)
            except Interrupted:
                return
        self._over()

    def _next(self) -> tuple[Path, int] | None:
        with self._state:
            found = next(iter(self._wanted), None)
            if found is None:
                self._thread = None
            else:
                del self._wanted[found]
            return found

    def _read(self, path: Path, start: int, stopped: Callable[[], bool]) -> str:
        """Whoever comes while another reads finds what that has found."""
        while not self._reading.acquire(timeout=QUIET_SECONDS / 10):
            self._go_on(stopped)
        try:
            return self._hashes.get(path, self._following(path, stopped), start)
        finally:
            self._reading.release()

    def _following(self, path: Path, stopped: Callable[[], bool]) -> Progress:
        told = time.monotonic()

        def follow(done: int, size: int) -> None:
            nonlocal told
            self._go_on(stopped)
            now = time.monotonic()
            if now - told >= QUIET_SECONDS:
                told = now
                self._tell(path.name, min(done / max(size, 1), 1.0))

        return follow

    def _go_on(self, stopped: Callable[[], bool]) -> None:
        if self._closed or stopped():
            raise Interrupted


@dataclass(frozen=True)
class _Patient:
    hashes: HashCache
    read: Callable[[Path, int], str]

    def get(self, path: Path, *, start: int = 0) -> str:
        return self.hashes.known(path, start) or self.read(path, start)

    def places(self, digest: str) -> Iterator[Path]:
        return self.hashes.places(digest)


@dataclass(frozen=True)
class _Hasty:
    hashes: HashCache
    want: Callable[[Path, int], None]

    def get(self, path: Path, *, start: int = 0) -> str:
        """A stand-in is the same for the same file, and no file's hash."""
        known = self.hashes.known(path, start)
        if known is None:
            self.want(path, start)
            return hashlib.sha256(f"{start}:{path.resolve()}".encode()).hexdigest()
        return known

    def places(self, digest: str) -> Iterator[Path]:
        return self.hashes.places(digest)
