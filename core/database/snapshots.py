"""Copies of the database, made while it is whole: what comes back when it no longer is.

`hanga-YYYYMMDD-HHMMSS-microseconds-why.db` in one folder, times in UTC. Each is checked before it gets its name.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core.database.connections import connect
from core.database.health import examine
from core.durable import PARTIAL, PREFIX, move, remove, sweep
from core.errors import HangaError

NEWEST: Final = 5
DAYS: Final = 5
"""Kept are the newest ones, and the last one of each of the newest days that those do not reach: ten at most."""

STAMP: Final = "%Y%m%d-%H%M%S-%f"
NAME: Final = re.compile(r"hanga-((\d{8})-\d{6}-\d{6})-.+\.db")


@dataclass(frozen=True)
class Snapshots:
    folder: Path

    def all(self) -> list[Path]:
        """Newest first."""
        found = (path for path in self.folder.glob("hanga-*.db") if NAME.fullmatch(path.name))
        return sorted(found, key=lambda path: path.name, reverse=True)

    def newest(self) -> datetime | None:
        """When that was made."""
        return next((datetime.strptime(_stamp(path)[1], STAMP).replace(tzinfo=UTC) for path in self.all()), None)

    @contextlib.contextmanager
    def new(self, why: str) -> Iterator[Path]:
        """The place where the caller puts a copy, which becomes a snapshot; superfluous ones go. Raises as `whole`."""
        sweep(self.folder)
        stamp = datetime.now(UTC).strftime(STAMP)
        with whole(self.folder / f"hanga-{stamp}-{why}.db") as place:
            yield place
        for superfluous in set(self.all()) - set(kept(self.all())):
            remove(superfluous)


def kept(newest_first: list[Path]) -> list[Path]:
    """Those of `newest_first` that stay."""
    newest, older = newest_first[:NEWEST], newest_first[NEWEST:]
    days = {_stamp(path)[2] for path in newest}
    last_of_day: dict[str, Path] = {}
    for path in older:
        if _stamp(path)[2] not in days:
            last_of_day.setdefault(_stamp(path)[2], path)
    return newest + list(last_of_day.values())[:DAYS]


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """The place where the caller puts a database; if that is whole, it becomes the new file `target`.

    Raises HangaError disk.*, disk.database_damaged if it is not whole; sqlite3.Error.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    place = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{PARTIAL}")
    try:
        yield place
        with contextlib.closing(connect(place, "rw")) as connection:
            if examine(connection, "integrity_check") is not None:
                raise HangaError("disk.database_damaged", name=target.name, folder=str(target.parent))
        with place.open("rb+") as file:
            os.fsync(file.fileno())
        move(place, target)
    finally:
        remove(place)


def _stamp(path: Path) -> re.Match[str]:
    match = NAME.fullmatch(path.name)
    assert match
    return match
