"""The way back: a file that is no longer ours is put aside; what can be mended of it, or else the newest snapshot that
can be read, takes its place.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.database.connections import COMPANIONS, connect, kind_of
from core.database.health import EMPTY, MISSING, diagnose, is_about_the_disk, marker
from core.database.schema import highest, seal, searches
from core.database.snapshots import Snapshots, whole
from core.durable import keep_aside, remove
from core.errors import HangaError

logger = logging.getLogger(__name__)

UNFIT: Final = ("disk.database_damaged", "file.newer_database")


@dataclass(frozen=True)
class Recovery:
    """What happened to the database before it could be opened.

    `reason`: missing, empty, damaged, foreign (another program's). `kept_aside`: where the old files lie now.
    `source`: the file that took its place: a snapshot; the old file itself where only indices were damaged, so that
    nothing is lost; None where everything began anew.
    """

    reason: str
    kept_aside: tuple[Path, ...]
    source: Path | None

    @property
    def lost(self) -> bool:
        """Whether what was entered last may be gone."""
        return self.source is None or self.source not in self.kept_aside


def recover(path: Path, snapshots: Snapshots, newest: int) -> Recovery | None:
    """Make `path` a whole file, or none at all; None if there was nothing to do. A file that is missing or empty is
    simply new where there are no snapshots. Snapshots of migrations above `newest` are left alone. Raises HangaError
    disk.*, sqlite3.Error when the disk does not answer."""
    reason = diagnose(path)
    if reason is None or (reason in (MISSING, EMPTY) and not snapshots.all()):
        return None
    aside = tuple(_put_aside(path))
    candidates = (*(file for file in aside if file.suffix == path.suffix), *snapshots.all())
    source = _restore_first(candidates, path, newest)
    remove(marker(path))
    return Recovery(reason, aside, source)


def _put_aside(path: Path) -> Iterator[Path]:
    """The journal goes first: one left beside a new file would be played back into that."""
    for companion in (path.with_name(path.name + suffix) for suffix in COMPANIONS):
        if companion.exists() and companion.stat().st_size > 0:
            yield keep_aside(companion)
        remove(companion)
    if path.exists():
        yield keep_aside(path)


def _restore_first(candidates: Iterable[Path], target: Path, newest: int) -> Path | None:
    """The first of `candidates` that could become `target`. A broken file may claim to need more room than there is, so
    that a full disk is one only if there is no room for any of them."""
    full: sqlite3.Error | None = None
    for candidate in candidates:
        try:
            if _restore(candidate, target, newest):
                return candidate
        except sqlite3.Error as error:
            if kind_of(error) != sqlite3.SQLITE_FULL:
                raise
            full = error
    if full is not None:
        raise full
    return None


def _restore(source: Path, target: Path, newest: int) -> bool:
    """Whether `target` now is what `source` holds, with header and indices made anew."""
    try:
        with whole(target) as place:
            with contextlib.closing(connect(source, "ro&immutable=1")) as connection:
                connection.execute("VACUUM INTO ?", (str(place),))
            with contextlib.closing(connect(place, "rw")) as connection:
                _mend(connection, newest)
    except (sqlite3.Error, UnicodeError, HangaError) as error:
        if is_about_the_disk(error) or (isinstance(error, HangaError) and error.code not in UNFIT):
            raise
        logger.warning("%s cannot take the place of %s: %s", source, target, error)
        return False
    return True


def _mend(connection: sqlite3.Connection, newest: int) -> None:
    if highest(connection) > newest:
        raise HangaError("file.newer_database", name="")
    seal(connection)
    for name in searches(connection):
        connection.execute(f'INSERT INTO "{name}" ("{name}") VALUES (\'rebuild\')')
