"""The way back: a file that is no longer ours is put aside, and the newest good snapshot takes its place."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.database.connections import connect
from core.database.health import EMPTY, MISSING, diagnose
from core.database.snapshots import Snapshots, copy
from core.durable import keep_aside

COMPANIONS: Final = ("-journal", "-wal", "-shm")


@dataclass(frozen=True)
class Recovery:
    """What happened to the database before it could be opened.

    `reason`: missing, empty, damaged, foreign (another program's). `kept_aside`: where the old files lie now.
    `snapshot`: which one took its place, None where there was no good one and everything began anew.
    """

    reason: str
    kept_aside: tuple[Path, ...]
    snapshot: Path | None


def recover(path: Path, snapshots: Snapshots) -> Recovery | None:
    """Make `path` a whole file, or none at all; None if there was nothing to do. A file that is missing or empty is
    simply new where there are no snapshots. Raises HangaError disk.*, sqlite3.Error."""
    reason = diagnose(path)
    if reason is None or (reason in (MISSING, EMPTY) and not snapshots.all()):
        return None
    aside = tuple(_put_aside(path))
    snapshot = next(snapshots.good(), None)
    if snapshot is not None:
        with contextlib.closing(connect(snapshot, "ro")) as connection:
            copy(connection, path)
    return Recovery(reason, aside, snapshot)


def _put_aside(path: Path) -> list[Path]:
    """The journal goes first: one left beside a new file would be played back into that."""
    places = [path.with_name(path.name + suffix) for suffix in COMPANIONS]
    return [keep_aside(place) for place in (*places, path) if place.exists()]
