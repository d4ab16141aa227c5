"""Catalogue and folder brought together: what is new is read, what has moved is followed, what is gone is missing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.database.database import Database
from core.durable import sweep
from core.errors import HangaError
from core.library import registering
from core.library.catalogue import GONE, THERE
from core.library.facts import Found, Place, Understand, read
from core.library.folder import Listing, listing
from core.library.registering import ADDED, CHANGED, MOVED, RETURNED
from core.paths import Home

Progress = Callable[[int, int], None]
"""Is told how many files are read, and of how many."""

FILES_AT_ONCE: Final = 200
"""Files that are registered in one transaction."""

UNREADABLE: Final = "file.unreadable"
GONE_AGAIN: Final = "file.missing"
"""What says nothing of the content of a file; every other error does."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What has happened to the folder behind the program's back; paths below the home.

    `damaged`: files that are no whole pictures; they stay as they are. `unreadable`: files and folders that the system
    does not let us read. `swept`: how many temporary files of killed processes were removed.
    """

    added: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    swept: int = 0


@dataclass
class Difference:
    """Between catalogue and folder. `loose`: rows whose files are not what they were. `back`: missing rows whose files
    are as they were. `fresh`: files to be read. `damaged`: files of which it is known that they cannot be."""

    loose: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    fresh: list[Place] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


@dataclass
class Reconciler:
    """`since`: seconds since 1970; temporary files that were written to before may be removed."""

    database: Database
    home: Home
    since: float
    understand: Understand

    def run(self, trust: bool = True, progress: Progress | None = None) -> Drift:
        """With `trust`, a file of the same name, size and time is the same; without, everything is read again.
        Raises HangaError disk.* when the database cannot be written."""
        swept = sum(sweep(folder, time.time() - self.since) for folder in self._folders)
        folder = listing(self.home.root, self.home.pictures)
        swept += sum(sweep(place, time.time() - self.since) for place in folder.littered)
        difference = self._difference(folder, trust)
        outcomes: dict[str, list[str]] = {outcome: [] for outcome in (ADDED, MOVED, RETURNED, CHANGED)}
        outcomes[RETURNED] += self._begin(difference)
        unreadable = folder.unreadable + self._read(difference, outcomes, progress)
        return Drift(
            added=tuple(outcomes[ADDED]),
            moved=tuple(outcomes[MOVED]),
            returned=tuple(outcomes[RETURNED]),
            changed=tuple(outcomes[CHANGED]),
            missing=tuple(self._end(difference)),
            damaged=tuple(difference.damaged),
            unreadable=tuple(unreadable),
            swept=swept,
        )

    @property
    def _folders(self) -> tuple[Path, ...]:
        """Where files are written, besides the folder of pictures."""
        home = self.home
        return home.root, home.latents, home.snapshots, home.logs

    def _difference(self, folder: Listing, trust: bool) -> Difference:
        with self.database.reading() as connection:
            rows = connection.execute("SELECT id, path, size, mtime_ns, missing FROM pictures").fetchall()
            refused = {Place(**row) for row in connection.execute("SELECT path, size, mtime_ns FROM refused")}
        files, difference = folder.files, Difference()
        known, gone = set(), {}
        for number, path, size, mtime_ns, missing in rows:
            same = files.get(path) == (size, mtime_ns)
            if missing == THERE and same:
                known.add(path)
            elif missing != GONE:
                difference.loose.append(number)
            elif same:
                gone[path] = number
        for path in files:
            if trust and path in known:
                continue
            place = Place(path=path, size=files[path][0], mtime_ns=files[path][1])
            if trust and path in gone:
                difference.back.append(gone[path])
            elif trust and place in refused:
                difference.damaged.append(path)
            else:
                difference.fresh.append(place)
        return difference

    def _begin(self, difference: Difference) -> list[str]:
        """Paths of what has come back as it was."""
        if not (difference.loose or difference.back):
            return []
        with self.database.writing() as connection:
            registering.loosen(connection, difference.loose)
            return registering.return_to(connection, difference.back)

    def _read(self, difference: Difference, outcomes: dict[str, list[str]], progress: Progress | None) -> list[str]:
        """Register the fresh files; those that cannot be read."""
        unreadable: list[str] = []
        done = 0
        for places in _batches(difference.fresh, FILES_AT_ONCE):
            found, refused = [], []
            for place in places:
                try:
                    found.append(read(self.home.root, place, self.understand))
                except HangaError as error:
                    refused.append((place, error.code))
                done += 1
                if progress is not None:
                    progress(done, len(difference.fresh))
            self._register(found, refused, outcomes)
            difference.damaged += [place.path for place, code in refused if code not in (UNREADABLE, GONE_AGAIN)]
            unreadable += [place.path for place, code in refused if code == UNREADABLE]
        return unreadable

    def _register(
        self, found: Iterable[Found], refused: Iterable[tuple[Place, str]], outcomes: dict[str, list[str]]
    ) -> None:
        with self.database.writing() as connection:
            for each in found:
                if (self.home.root / each.place.path).exists():
                    _, outcome = registering.register(connection, each)
                    outcomes.setdefault(outcome, []).append(each.place.path)
            for place, code in refused:
                if code not in (UNREADABLE, GONE_AGAIN):
                    row = (place.path, place.size, place.mtime_ns, code)
                    connection.execute("INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)", row)

    def _end(self, difference: Difference) -> list[str]:
        """Paths of what no file has claimed."""
        if not difference.loose:
            return []
        with self.database.writing() as connection:
            return registering.settle(connection, difference.loose)


def _batches(places: Iterable[Place], size: int) -> Iterator[list[Place]]:
    waiting = iter(places)
    while batch := list(itertools.islice(waiting, size)):
        yield batch
