"""What tables there are: numbered SQL files, and the file's own account of those that it has been through.

`NNNN_name.sql` are applied in order, each in one transaction, together with a row in the table `migration`, whose
`digest` is that of all definitions afterwards. Header fields: `application_id` tells our files from others',
`user_version` is the highest number, to be seen without reading anything else.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core.errors import HangaError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
APPLICATION_ID: Final = int.from_bytes(b"HaGa")
FILE_NAME: Final = re.compile(r"(\d{4})_(\w+)\.sql")

ACCOUNT: Final = """
CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True)
class Migration:
    number: int
    name: str
    sql: str


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Those in `folder`, in order."""
    named = ((FILE_NAME.fullmatch(path.name), path) for path in sorted(folder.glob("*.sql")))
    return tuple(Migration(int(match[1]), match[2], path.read_text("utf-8")) for match, path in named if match)


def pending(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """Those that the file has not been through."""
    done = {row["number"] for row in connection.execute("SELECT number FROM migration")} if is_ours(connection) else ()
    return [migration for migration in migrations if migration.number not in done]


def apply(connection: sqlite3.Connection, migration: Migration) -> None:
    """All of it, or nothing. Raises HangaError engine.migration for statements that do not work, sqlite3.Error when
    the disk does not."""
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{ACCOUNT}\n{migration.sql}\n;")
        _enter(connection, migration)
        connection.commit()
    except BaseException as error:
        connection.rollback()
        if isinstance(error, sqlite3.IntegrityError | sqlite3.OperationalError) and _is_the_statements_fault(error):
            raise HangaError("engine.migration", number=migration.number, reason=str(error)) from error
        raise


def _is_the_statements_fault(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT)


def _enter(connection: sqlite3.Connection, migration: Migration) -> None:
    applied = datetime.now(UTC).isoformat(timespec="seconds")
    row = (migration.number, migration.name, applied, digest(connection))
    connection.execute("INSERT INTO migration VALUES (?, ?, ?, ?)", row)
    seal(connection)


def digest(connection: sqlite3.Connection) -> str:
    """Of all definitions but SQLite's own."""
    told = hashlib.sha256()
    query = (
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@'"
    )
    for row in connection.execute(f"{query} ORDER BY type, name"):
        told.update(repr(tuple(row)).encode())
    return told.hexdigest()


def searches(connection: sqlite3.Connection) -> list[str]:
    """Names of the full-text indices."""
    wanted = "type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%'"
    return [row["name"] for row in connection.execute(f"SELECT name FROM sqlite_schema WHERE {wanted}")]


def is_ours(connection: sqlite3.Connection) -> bool:
    return version_fields(connection)[0] == APPLICATION_ID


def is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return tables == 0 and version_fields(connection) == (0, 0)


def is_as_migrated(connection: sqlite3.Connection) -> bool:
    """Whether the definitions are those that a migration left. Raises sqlite3.Error on a broken file."""
    known = connection.execute("SELECT 1 FROM migration WHERE digest = ?", (digest(connection),)).fetchone()
    return known is not None and highest(connection) == version_fields(connection)[1]


def highest(connection: sqlite3.Connection) -> int:
    """Number of the last migration, by the account. Raises sqlite3.Error where there is none."""
    (number,) = connection.execute("SELECT max(number) FROM migration").fetchone()
    return int(number or 0)


def seal(connection: sqlite3.Connection) -> None:
    """Have the header say what the account says."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {highest(connection)}")


def version_fields(connection: sqlite3.Connection) -> tuple[int, int]:
    """`application_id` and `user_version`."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version
