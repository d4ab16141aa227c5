"""Is this file one of ours, whole, and not from the future?"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.database.connections import DISK_TROUBLE, OCCUPIED, connect, kind_of
from core.database.schema import Migration, is_as_migrated, is_empty, is_ours, version_fields
from core.errors import HangaError

MISSING: Final = "missing"
EMPTY: Final = "empty"
DAMAGED: Final = "damaged"
FOREIGN: Final = "foreign"

HEADER: Final = 100
MAGIC: Final = b"SQLite format 3\0"
VERSIONS: Final = slice(18, 20)
"""Of the format, for writing and for reading: 1 with a rollback journal, 2 with a write-ahead log. SQLite would open
a file with others for reading only."""

NO_FAULT_OF_THE_FILE: Final = DISK_TROUBLE | OCCUPIED | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM}


def diagnose(path: Path) -> str | None:
    """None for a whole file of ours, else MISSING, EMPTY, DAMAGED or FOREIGN. What a killed process left unfinished is
    undone on the way. Raises sqlite3.Error when the disk does not answer."""
    if not path.exists():
        return MISSING
    if path.is_file() and not _has_a_header(path):
        return EMPTY if path.stat().st_size == 0 else DAMAGED
    try:
        with contextlib.closing(connect(path, "rw")) as connection:
            return examine(connection)
    except (sqlite3.Error, UnicodeError) as error:
        if isinstance(error, sqlite3.Error) and kind_of(error) in NO_FAULT_OF_THE_FILE:
            raise
        return DAMAGED


def examine(connection: sqlite3.Connection, thorough: bool = False) -> str | None:
    """What `diagnose` says, of an open file. `thorough`: indices are compared with their tables, which takes several
    times as long. Raises sqlite3.Error on files too broken to be examined."""
    check = "integrity_check" if thorough else "quick_check"
    if [row[0] for row in connection.execute(f"PRAGMA {check}(1)")] != ["ok"]:
        return DAMAGED
    if is_empty(connection):
        return EMPTY
    if not is_ours(connection):
        return FOREIGN
    return None if is_as_migrated(connection) else DAMAGED


def refuse_newer(path: Path, migrations: Iterable[Migration]) -> None:
    """Raises HangaError file.newer_database for a file that a newer version has migrated; reads only."""
    newest = max((migration.number for migration in migrations), default=0)
    try:
        with contextlib.closing(connect(path, "ro")) as connection:
            if version_fields(connection)[1] > newest and examine(connection) is None:
                raise HangaError("file.newer_database", name=path.name)
    except (sqlite3.Error, UnicodeError):
        return  # No file, or none that can be read without repairing it: `diagnose` says more.


def _has_a_header(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(HEADER)
    return len(header) == HEADER and header.startswith(MAGIC) and all(byte in (1, 2) for byte in header[VERSIONS])
