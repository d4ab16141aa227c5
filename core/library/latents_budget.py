"""How much room kept latents take, and which of them can go when that is too much."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from core.durable import remove
from core.errors import HangaError
from core.library.catalogue import THERE
from core.library.latents import LatentStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """How many latents went, how many bytes that freed, and how many all that are left take."""

    count: int
    freed: int
    left: int


@dataclass(frozen=True)
class Kept:
    key: str
    changed: int
    size: int


def latents_bytes(folder: Path) -> int:
    return sum(kept.size for kept in _kept(folder))


def clean(folder: Path, limit: int, spare: Collection[str]) -> Cleaned:
    """Remove latents whose keys are in `spare`, oldest first, until all together take at most `limit` bytes."""
    all_kept = _kept(folder)
    left = total = sum(kept.size for kept in all_kept)
    count = 0
    for kept in sorted(all_kept, key=lambda kept: (kept.changed, kept.key)):
        if left <= limit:
            break
        if kept.key in spare and _removed(folder, kept.key):
            left -= kept.size
            count += 1
    return Cleaned(count=count, freed=total - left, left=left)


def spare_keys(connection: sqlite3.Connection) -> set[str]:
    """Of latents that can go: not those of pictures that are rated, tagged or in collections, or that such pictures
    were made from; nor unfinished ones, whose picture is not there, so that they are all there is of it."""
    finished = {row[0] for row in connection.execute(f"SELECT key FROM pictures WHERE missing = {THERE}")}
    query = "SELECT key, start FROM pictures WHERE rating > 0 OR id IN (SELECT picture FROM picture_labels)"
    precious = {key for row in connection.execute(query) for key in row}
    return finished - precious


def _removed(folder: Path, key: str) -> bool:
    try:
        remove(LatentStore(folder).path(key))
    except HangaError as error:
        logger.warning("%s", error)
        return False
    return True


def _kept(folder: Path) -> list[Kept]:
    store = LatentStore(folder)
    found = []
    for key in list(store.keys()):
        try:
            status = os.stat(store.path(key))
        except FileNotFoundError:  # Gone since it was listed.
            logger.debug("%s has gone", key)
        else:
            found.append(Kept(key, status.st_mtime_ns, status.st_size))
    return found
