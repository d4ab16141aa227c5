"""The artist's lists for `__name__`: text files in a folder of the home, one entry a line; `#` begins a remark."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from core.errors import HangaError
from core.library.opening import DamagedError, opened

SUFFIX: Final = ".txt"
DEEPEST: Final = 3
MOST_FILES: Final = 2000
MOST_BYTES: Final = 4 << 20
MOST_ENTRIES: Final = 50_000
"""Of one list; what lies beyond any of these is not used."""


class WildcardFolder:
    """`names` and `entries` look at the disk every time, so that a list holds as soon as it is saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Without the suffix; lists in folders as "folder/name"."""
        return sorted(self._files())

    def entries(self, name: str) -> Sequence[str]:
        """The lines of a list. Raises HangaError request.no_wildcards, request.unknown_wildcard, file.no_wildcards for
        a list without any, file.missing, file.unreadable."""
        files = {known.casefold(): path for known, path in self._files().items()}
        path = files.get(name.strip().casefold())
        if path is not None:
            return _read(path)
        if not files:
            raise HangaError("request.no_wildcards", name=name, folder=str(self.folder))
        nearest = difflib.get_close_matches(name.casefold(), files, n=1, cutoff=0.0)[0]
        raise HangaError("request.unknown_wildcard", name=name, nearest=nearest)

    def _files(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for path in self._walk():
            found[path.relative_to(self.folder).with_suffix("").as_posix()] = path
            if len(found) >= MOST_FILES:
                break
        return found

    def _walk(self) -> Iterator[Path]:
        for folder, below, files in os.walk(self.folder):
            here = Path(folder)
            deeper = len(here.relative_to(self.folder).parts) < DEEPEST
            below[:] = [name for name in sorted(below) if deeper and name[0] != "."]
            yield from (here / name for name in sorted(files) if name[0] != "." and name.lower().endswith(SUFFIX))


def _read(path: Path) -> Sequence[str]:
    try:
        status = path.stat()
    except OSError as error:
        raise HangaError("file.missing", name=path.name) from error
    return _lines(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _lines(path: Path, size: int, changed: int) -> Sequence[str]:
    """Remembered as long as the file is the same, because every picture of many asks for it."""
    try:
        with opened(path) as file:
            text = file.read(MOST_BYTES).decode("utf-8-sig", "replace")
    except DamagedError as error:
        raise HangaError("file.no_wildcards", name=path.name) from error
    lines = (line.strip() for line in text.replace("\0", "").splitlines())
    entries = [line for line in lines if line and not line.startswith("#")][:MOST_ENTRIES]
    if not entries:
        raise HangaError("file.no_wildcards", name=path.name)
    return entries
