"""Copies of the database, made while it is whole: what comes back when it no longer is.

`hanga-YYYYMMDD-HHMMSS-why.db` in one folder, times in UTC. Each is checked before it gets its name.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from core.database.connections import connect
from core.database.health import diagnose, examine
from core.durable import PARTIAL, PREFIX, move, remove
from core.errors import HangaError

NEWEST: Final = 5
DAYS: Final = 5
"""Kept are the newest ones, and the last one of each of the newest days that those do not reach: ten at most."""

STAMP: Final = "%Y%m%d-%H%M%S"
NAME: Final = re.compile(r"hanga-(\d{8}-\d{6})-.+\.db")


@dataclass(frozen=True)
class Snapshots:
    folder: Path

    def all(self) -> list[Path]:
        """Newest first."""
        found = (path for path in self.folder.glob("hanga-*.db") if NAME.fullmatch(path.name))
        return sorted(found, key=lambda path: path.name, reverse=True)

    def age(self) -> timedelta | None:
        """Of the newest one."""
        newest = next(iter(self.all()), None)
        return None if newest is None else datetime.now(UTC) - _made(newest)

    def take(self, source: sqlite3.Connection, why: str) -> Path:
        """A new one of `source`; superfluous ones go. Raises HangaError disk.*, sqlite3.Error."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._free_name(why)
        copy(source, path)
        for superfluous in set(self.all()) - set(kept(self.all())):
            remove(superfluous)
        return path

    def good(self) -> Iterator[Path]:
        """Those that are whole, newest first."""
        return (path for path in self.all() if diagnose(path) is None)

    def _free_name(self, why: str) -> Path:
        stamp = datetime.now(UTC).strftime(STAMP)
        path = self.folder / f"hanga-{stamp}-{why}.db"
        return path if not path.exists() else self.folder / f"hanga-{stamp}-{why}-{secrets.token_hex(4)}.db"


def kept(newest_first: list[Path]) -> list[Path]:
    """Those of `newest_first` that stay."""
    newest, older = newest_first[:NEWEST], newest_first[NEWEST:]
    days = {path.name[:14] for path in newest}
    last_of_day: dict[str, Path] = {}
    for path in older:
        if path.name[:14] not in days:
            last_of_day.setdefault(path.name[:14], path)
    return newest + list(last_of_day.values())[:DAYS]


def copy(source: sqlite3.Connection, target: Path) -> None:
    """The database `source`, checked, as the new file `target`. Raises HangaError disk.*, sqlite3.Error."""
    partial = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{PARTIAL}")
    try:
        with contextlib.closing(connect(partial)) as connection:
            connection.execute("PRAGMA journal_mode = MEMORY")
            source.backup(connection)
            if examine(connection, thorough=True) is not None:
                raise HangaError("disk.database_damaged", name=target.name, folder=str(target.parent))
        move(partial, target)
    finally:
        remove(partial)


def _made(path: Path) -> datetime:
    match = NAME.fullmatch(path.name)
    assert match
    return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)
