"""The door to the artist's pictures: one object, whose work is done in the files beside it, for any thread.

Pictures are plain files in `home/pictures`; the database says what the artist thinks of them, and finds them. It can be
made again from the files. Every change that an artist can make gives back what undoes it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path

from send2trash import send2trash

from core.database.database import Database
from core.errors import HangaError
from core.library import catalogue, labels, latents_budget, lineage, marks, registering, selecting
from core.library.catalogue import THERE, Picture
from core.library.facts import Place, Understand, nothing, place_of, read
from core.library.labels import COLLECTION, TAG, Label
from core.library.latents_budget import Cleaned
from core.library.lineage import Lineage, ModelSeen
from core.library.marks import Change
from core.library.query import Cursor, Glances, Page, Query
from core.library.reconcile import Drift, Progress, Reconciler
from core.library.thumbnails import Thumbnails
from core.library.trash import Emptied, Send, Trash, Trashed
from core.paths import Home

_Connect = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Library:
    """To be made by the one owner of the home, before anything is written there: what lies about then is swept."""

    def __init__(
        self, home: Home, database: Database, send: Send = send2trash, understand: Understand = nothing
    ) -> None:
        """`send` gives a folder to the system's own trash; `understand` reads other programs' pictures."""
        self._home = Home(Path(os.path.normpath(home.root.absolute())))
        self._database = database
        self._send = send
        self._understand = understand
        self._since = time.time()
        self._one_at_a_time = threading.Lock()
        """Who brings catalogue and folder together."""
        self._trash = Trash(database, self._home)
        self._thumbnails = Thumbnails(self._home.thumbnails)

    def close(self) -> None:
        self._thumbnails.close()

    def add(self, path: Path) -> Picture:
        """The picture in a file of the pictures folder, as new as the file is. Adding it again changes nothing.

        Raises HangaError file.outside_library, file.missing, file.unreadable, file.damaged_picture, disk.*.
        """
        root = self._home.root
        path = Path(os.path.normpath(path.absolute()))
        if not path.is_relative_to(self._home.pictures):
            raise HangaError("file.outside_library", name=path.name, folder=str(self._home.pictures))
        place = place_of(root, path)
        condition = f"path = ? AND size = ? AND mtime_ns = ? AND missing = {THERE}"
        with self._reading() as connection:
            known = catalogue.pictures(connection, root, condition, place.path, place.size, place.mtime_ns)
        if known:
            return known[0]
        found = read(root, place, self._understand)
        with self._writing() as connection:
            there = connection.execute("SELECT id FROM pictures WHERE path = ? AND missing = 0", (place.path,))
            loose = [row["id"] for row in there]
            registering.loosen(connection, loose)
            number, _ = registering.register(connection, found)
            registering.settle(connection, loose)
        self._thumbnails.get(found.digest, root / place.path)
        return self.picture(number)

    def reconcile(self, progress: Progress | None = None) -> Drift:
        """Catalogue and folder brought together; quick where little has changed. `progress` is told how many new files
        of how many are read; what it raises ends it between two files. Raises HangaError disk.*."""
        with self._one_at_a_time:
            self._trash.settle()
            return self._reconciler.run(progress=progress)

    def rebuild(self, progress: Progress | None = None) -> Drift:
        """As `reconcile`, but every file is read again, as after the loss of the database. Marks stay with pictures
        that the database still knows by content or record. `progress` is told how many files of how many are done."""
        with self._one_at_a_time:
            self._trash.settle()
            drift = self._reconciler.run(trust=False, progress=progress)
        with self._reading() as connection:
            digests = [row["digest"] for row in connection.execute("SELECT digest FROM pictures")]
        self._thumbnails.keep_only(digests)
        return drift

    def page(self, wanted: Query, limit: int, after: Cursor | None = None) -> Page:
        with self._reading() as connection:
            return selecting.page(connection, self._home.root, wanted, limit, after)

    def glances(self, wanted: Query, limit: int, after: Cursor | None = None) -> Glances:
        """As `page`, a fraction as much of each picture."""
        with self._reading() as connection:
            return selecting.glances(connection, wanted, limit, after)

    def count(self, wanted: Query) -> int:
        with self._reading() as connection:
            return selecting.count(connection, wanted)

    def ids(self, wanted: Query) -> list[int]:
        """Of all that a query finds, in its order."""
        with self._reading() as connection:
            return selecting.ids(connection, wanted)

    def picture(self, number: int) -> Picture:
        """Raises HangaError file.unknown_picture."""
        with self._reading() as connection:
            return catalogue.picture(connection, self._home.root, number)

    def pictures(self, numbers: Collection[int]) -> list[Picture]:
        """In the order given; those that are not there (any more) are left out."""
        with self._reading() as connection:
            return catalogue.pictures_of(connection, self._home.root, list(numbers))

    def at(self, path: Path) -> Picture | None:
        """The picture whose file lies, or lay, at `path`; None if there is none."""
        below = Path(os.path.abspath(path))
        if not below.is_relative_to(self._home.root):
            return None
        place = below.relative_to(self._home.root).as_posix()
        with self._reading() as connection:
            found = catalogue.pictures(connection, self._home.root, "path = ?", place, order="missing, pictures.id")
        return next(iter(found), None)

    def of_job(self, job: str) -> list[Picture]:
        """In the order in which they were made."""
        with self._reading() as connection:
            return catalogue.pictures(connection, self._home.root, "job = ?", job, order="place, id")

    def thumbnail(self, number: int) -> bytes | None:
        """A WebP picture with a long side of at most 320 pixels; None if the file is missing or damaged.
        Raises HangaError file.unknown_picture."""
        picture = self.picture(number)
        return self._thumbnails.get(picture.digest, picture.path)

    def lineage(self, number: int) -> Lineage:
        """Raises HangaError file.unknown_picture."""
        with self._reading() as connection:
            return lineage.lineage(connection, self._home.root, number)

    def models_seen(self) -> list[ModelSeen]:
        with self._reading() as connection:
            return lineage.models_seen(connection)

    def tags(self) -> list[Label]:
        with self._reading() as connection:
            return labels.all_labels(connection, TAG)

    def collections(self) -> list[Label]:
        with self._reading() as connection:
            return labels.all_labels(connection, COLLECTION)

    def rate(self, pictures: Collection[int], rating: int) -> Change:
        """0 takes the rating away. Raises HangaError request.rating."""
        with self._writing() as connection:
            return marks.rate(connection, pictures, rating)

    def reject(self, pictures: Collection[int], rejected: bool = True) -> Change:
        with self._writing() as connection:
            return marks.reject(connection, pictures, rejected)

    def tag(self, pictures: Collection[int], name: str) -> Change:
        """Raises HangaError request.label."""
        with self._writing() as connection:
            return marks.label(connection, TAG, pictures, name)

    def untag(self, pictures: Collection[int], name: str) -> Change:
        with self._writing() as connection:
            return marks.unlabel(connection, TAG, pictures, name)

    def collect(self, pictures: Collection[int], name: str) -> Change:
        """Into a collection, which is made if there is none of that name; without pictures it is empty.
        Raises HangaError request.label."""
        with self._writing() as connection:
            return marks.label(connection, COLLECTION, pictures, name)

    def uncollect(self, pictures: Collection[int], name: str) -> Change:
        with self._writing() as connection:
            return marks.unlabel(connection, COLLECTION, pictures, name)

    def drop_collection(self, name: str) -> Change:
        """Its pictures stay."""
        with self._writing() as connection:
            return marks.drop_collection(connection, name)

    def rename_collection(self, name: str, new: str) -> Change:
        """Raises HangaError request.label, request.no_collection, request.name_taken."""
        with self._writing() as connection:
            return marks.rename_collection(connection, name, new)

    def undo(self, change: Change) -> Change:
        """All that `change` touched as it was before; what this gives back does it again."""
        with self._writing() as connection:
            return marks.undo(connection, change)

    def trash(self, pictures: Collection[int]) -> str:
        """See `core.library.trash.Trash.put`. `restore` undoes it."""
        if self._have_drifted(pictures):
            self.reconcile()
        return self._trash.put(pictures)

    def restore(self, ticket: str) -> list[int]:
        """See `core.library.trash.Trash.restore`. `trash` undoes it."""
        return self._trash.restore(ticket)

    def trashed(self) -> list[Trashed]:
        return self._trash.trashed()

    def empty_trash(self) -> Emptied:
        """Hand everything over to the system's own trash."""
        return self._trash.empty(self._send)

    def latents_bytes(self) -> int:
        return latents_budget.latents_bytes(self._home.latents)

    def clean_latents(self, limit: int, needed: Collection[str] = ()) -> Cleaned:
        """Remove latents, oldest first, until they take at most `limit` bytes; never those that are precious or
        unfinished (see `latents_budget.spare_keys`), nor the keys `needed`."""
        with self._reading() as connection:
            spare = latents_budget.spare_keys(connection)
        return latents_budget.clean(self._home.latents, limit, spare.difference(needed))

    def _have_drifted(self, pictures: Collection[int]) -> bool:
        """Whether files of these pictures are not what the catalogue says; one that is missing may have come back."""
        with self._reading() as connection:
            query = "SELECT path, size, mtime_ns FROM pictures WHERE id IN (SELECT value FROM json_each(?))"
            places = [Place(**row) for row in connection.execute(query, (json.dumps(list(pictures)),))]
        try:
            return any(place_of(self._home.root, self._home.root / place.path) != place for place in places)
        except HangaError:
            return True

    @property
    def _reconciler(self) -> Reconciler:
        return Reconciler(self._database, self._home, self._since, self._understand)

    @property
    def _reading(self) -> _Connect:
        return self._database.reading

    @property
    def _writing(self) -> _Connect:
        return self._database.writing
