"""Is this file one of ours, whole, and not from the future?"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from core.database.connections import COMPANIONS, DISK_TROUBLE, OCCUPIED, connect, kind_of
from core.database.schema import is_as_migrated, is_empty, is_ours, searches
from core.durable import write_over
from core.errors import HangaError

MISSING: Final = "missing"
EMPTY: Final = "empty"
DAMAGED: Final = "damaged"
FOREIGN: Final = "foreign"

HEADER: Final = 100
MAGIC: Final = b"SQLite format 3\0"
FORMATS: Final = slice(18, 20)
"""Versions for writing and reading: 1 with a rollback journal, 2 with a write-ahead log. SQLite would open a file with
others for reading only."""
USER_VERSION: Final = slice(60, 64)

NO_FAULT_OF_THE_FILE: Final = DISK_TROUBLE | OCCUPIED | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM}


def diagnose(path: Path) -> str | None:
    """None for a whole file of ours, else MISSING, EMPTY, DAMAGED or FOREIGN. What a killed process left unfinished is
    undone on the way. Raises sqlite3.Error when the disk does not answer."""
    if not path.exists():
        return MISSING
    if path.is_file() and not _has_a_header(path):
        return EMPTY if path.stat().st_size == 0 else DAMAGED
    if marker(path).exists():
        return DAMAGED
    try:
        with contextlib.closing(connect(path, "rw")) as connection:
            return examine(connection, "quick_check")
    except (sqlite3.Error, UnicodeError) as error:
        if is_about_the_disk(error):
            raise
        return DAMAGED


def examine(connection: sqlite3.Connection, check: str) -> str | None:
    """What `diagnose` says, of an open file. `check`: "quick_check", or "integrity_check", which compares indices with
    their tables too and takes several times as long. Raises sqlite3.Error on files too broken to be examined."""
    if [row[0] for row in connection.execute(f"PRAGMA {check}(1)")] != ["ok"]:
        return DAMAGED
    if is_empty(connection):
        return EMPTY
    if not is_ours(connection):
        return FOREIGN
    for name in searches(connection):
        connection.execute(f'SELECT 1 FROM "{name}" WHERE "{name}" MATCH \'a\'').fetchone()  # No check looks in there.
    return None if is_as_migrated(connection) else DAMAGED


def is_about_the_disk(error: Exception) -> bool:
    """Whether SQLite complains of what the file lies on, or of who else has it, rather than of what is in it."""
    return isinstance(error, sqlite3.Error) and kind_of(error) in NO_FAULT_OF_THE_FILE


def refuse_newer(path: Path, newest: int) -> None:
    """Raises HangaError file.newer_database for a file that has been through migrations above `newest`. Nothing is
    written: not even what a killed process left unfinished is undone, which is its own version's business."""
    if path.is_file() and _version(path) > newest and (_is_unfinished(path) or _is_whole(path)):
        raise HangaError("file.newer_database", name=path.name)


def marker(path: Path) -> Path:
    """A file beside the database that says it is damaged: in a place where `examine` does not look."""
    return path.with_name(f"{path.name}-is-damaged")


def mark(path: Path) -> None:
    """To be called when damage is met in use. Raises HangaError disk.*."""
    write_over(marker(path), b"")


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER)


def _has_a_header(path: Path) -> bool:
    header = _header(path)
    return len(header) == HEADER and header.startswith(MAGIC) and all(byte in (1, 2) for byte in header[FORMATS])


def _version(path: Path) -> int:
    header = _header(path)
    return int.from_bytes(header[USER_VERSION], signed=True) if header.startswith(MAGIC) else 0


def _is_unfinished(path: Path) -> bool:
    companions = (path.with_name(path.name + suffix) for suffix in COMPANIONS)
    return any(companion.exists() and companion.stat().st_size > 0 for companion in companions)


def _is_whole(path: Path) -> bool:
    """A number of the future may also be damage."""
    try:
        with contextlib.closing(connect(path, "ro&immutable=1")) as connection:
            return examine(connection, "quick_check") is None
    except (sqlite3.Error, UnicodeError):
        return False
