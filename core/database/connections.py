"""Connections to an SQLite file, set up so that it stays whole, and what an artist is told when the disk says no."""

from __future__ import annotations

import contextlib
import sqlite3
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.durable import disk_error
from core.errors import HangaError

COMPANIONS: Final = ("-journal", "-wal", "-shm")
"""Ends of the names of files that SQLite keeps beside a database."""

BUSY_SECONDS: Final = 10.0
"""How long a connection waits for another one, of this or another program, before it gives up."""

SETTINGS: Final = ("foreign_keys = ON", "synchronous = FULL", "fullfsync = ON", "mmap_size = 0", "cache_spill = OFF")
"""FULL and fullfsync: what is committed outlasts a power cut. Without spilling, only the end of a transaction needs
the file alone; readers go on until then."""

DISK_TROUBLE: Final = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
    | {sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_AUTH}
)
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
OCCUPIED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class Connection(sqlite3.Connection):
    """Knows the cursors that were made from it: one that somebody holds on to, half read, would keep its lock."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        cursor = super().cursor(*arguments, **options)
        self._cursors.add(cursor)
        return cursor

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor().execute(*arguments)
        return cursor

    def let_go(self) -> None:
        """End the transaction, and all reading from cursors."""
        for cursor in list(self._cursors):
            cursor.close()
        self.rollback()


def connect(path: Path, mode: str = "rwc") -> Connection:
    """A connection that any thread may use, one at a time, and that begins no transaction by itself. `mode`: "ro",
    "rw", "rwc", which makes the file, or "ro&immutable=1", which looks for no journal and takes no lock.
    Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    connection.row_factory = sqlite3.Row
    connection.text_factory = _text
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    return connection


def _text(raw: bytes) -> str:
    """A broken character must not take the whole row with it."""
    return raw.decode("utf-8", "replace")


def writer(path: Path) -> Connection:
    """The connection that writes. Never a write-ahead log: SQLite before 3.51.3 can destroy a file that has one and is
    used by two connections. Raises HangaError disk.unwritable; sqlite3.Error, also when the file cannot be written."""
    connection = connect(path)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
        if mode != "truncate":
            reason = f"journal mode {mode} instead of truncate"
            raise HangaError("disk.unwritable", name=path.name, folder=str(path.parent), reason=reason)
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()
    except BaseException:
        connection.close()
        raise
    return connection


def reader(path: Path) -> Connection:
    """A connection that refuses to write. It may undo what a dead writer left behind, for which it must be allowed to
    write the file. Raises sqlite3.Error."""
    connection = connect(path, "rw")
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """What SQLite and the system say of the disk that holds `path`, as HangaError: see `translated`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(path, error) from error
    except FileExistsError as error:
        raise HangaError("disk.unwritable", name=path.name, folder=str(path.parent), reason=str(error)) from error
    except OSError as error:
        raise disk_error(path, error) from error


def translated(path: Path, error: sqlite3.Error) -> Exception:
    """disk.full, disk.unwritable, disk.database_busy, disk.database_damaged; mistakes in statements and broken
    constraints stay what they are."""
    name, folder = path.name, str(path.parent)
    if is_damage(error):
        return HangaError("disk.database_damaged", name=name, folder=folder)
    if kind_of(error) == sqlite3.SQLITE_FULL:
        return HangaError("disk.full", name=name, folder=folder)
    if kind_of(error) in DISK_TROUBLE:
        return HangaError("disk.unwritable", name=name, folder=folder, reason=str(error))
    if kind_of(error) in OCCUPIED:
        return HangaError("disk.database_busy", name=name, folder=folder)
    return error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is broken. SQLite says so, or breaks a constraint without saying which, as a broken search index
    does."""
    return kind_of(error) in DAMAGE or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT


def kind_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors of the Python module itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
