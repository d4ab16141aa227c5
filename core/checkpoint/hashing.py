"""The hash that names a model file in other programs' pictures: SHA-256 of the whole file."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.checkpoint.header import Progress, regular_file
from core.durable import write_over
from core.errors import HangaError

logger = logging.getLogger(__name__)

SHORT_HASH: Final = 10
"""Leading hex digits that pictures carry as "Model hash"."""

CHUNK_BYTES: Final = 4 << 20
MAX_CACHE_BYTES: Final = 16 << 20


def file_hash(path: Path, progress: Progress | None = None, start: int = 0) -> str:
    """SHA-256 of the file from its byte `start` on, 64 hex digits. The model hash is the first `SHORT_HASH` digits of
    the whole file's. HangaError `file.*`."""
    size, digest, done = regular_file(path).st_size, hashlib.sha256(), start
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, size)
        return digest.hexdigest()
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error


class HashCache:
    """Hashes already computed, kept in one JSON file. An entry holds as long as path, size and time of change do."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._known = _read(store)

    def get(self, path: Path, progress: Progress | None = None, start: int = 0) -> str:
        """The file's hash from `start` on, computed only if it is not known. HangaError as `file_hash`."""
        key = _key(path, start)
        if key not in self._known:
            self._known[key] = file_hash(path, progress, start)
            self._write()
        return self._known[key]

    def known(self, path: Path, start: int = 0) -> str | None:
        """The hash if it is known; takes no time."""
        return self._known.get(_key(path, start))

    def places(self, digest: str) -> Iterator[Path]:
        """Where files with this hash were last seen. They may have changed or gone since."""
        return (Path(key.split(":", 2)[2]) for key, known in tuple(self._known.items()) if known == digest)

    def _write(self) -> None:
        try:
            write_over(self._store, json.dumps(self._known).encode())
        except HangaError as error:
            # A cache that cannot be kept costs time at the next start, not truth.
            logger.warning("hashes not kept in %s: %s", self._store, error)


def _key(path: Path, start: int = 0) -> str:
    status = regular_file(path)
    changed = f"{status.st_mtime_ns}+{start}" if start else status.st_mtime_ns
    return f"{status.st_size}:{changed}:{path.resolve()}"


def _read(store: Path) -> dict[str, str]:
    """The stored entries; none if the file is absent or not ours (it only saves time)."""
    if not store.is_file() or store.stat().st_size > MAX_CACHE_BYTES:
        return {}
    try:
        entries = json.loads(store.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(entries, dict):
        return {}
    return {key: digest for key, digest in entries.items() if isinstance(digest, str) and len(digest) == 64}
