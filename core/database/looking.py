"""Looking at hanga.db while another program may own it: nothing is recovered, migrated, marked or written."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from core.database.connections import Connection, connect, told
from core.database.database import Database
from core.database.health import marker, refuse_newer
from core.database.schema import MIGRATIONS, Migration, is_as_migrated, is_ours, pending, read_migrations
from core.database.snapshots import Snapshots

logger = logging.getLogger(__name__)


class LookedAt(Database):
    """For `reading` alone."""

    @classmethod
    def look(cls, path: Path, snapshots: Path, migrations: Path = MIGRATIONS) -> Self | None:
        """The file as it is. None where this version cannot read it so, because it is missing, older, damaged, or left
        unfinished by a killed process: `Database.open` is for that, and for its owner alone. Raises HangaError
        file.newer_database, disk.*."""
        wanted = read_migrations(migrations)
        with told(path):
            refuse_newer(path, max((migration.number for migration in wanted), default=0))
            if not path.is_file() or marker(path).exists():
                return None
        try:
            return cls(path, Snapshots(snapshots), _connected(path, wanted))
        except (sqlite3.Error, UnicodeError) as error:
            logger.info("%s is not to be read as it is: %s", path, error)
            return None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        raise RuntimeError(f"{self.path} is only looked at")
        yield

    def _reader(self) -> Connection:
        return connect(self.path, "ro")

    def _met_damage(self) -> None:
        """Its owner will meet it too."""


def _connected(path: Path, wanted: Sequence[Migration]) -> Connection:
    """Raises sqlite3.Error, UnicodeError for a file that is not as the migrations `wanted` have left it."""
    connection = connect(path, "ro")
    try:
        if is_ours(connection) and not pending(connection, wanted) and is_as_migrated(connection):
            return connection
        raise sqlite3.DatabaseError("other tables than expected")
    except BaseException:
        connection.close()
        raise
