"""The artist's trash: pictures that were thrown away, with all that is known of them, until they are wanted back.

A picture whose file lies in the trash is thrown away, whatever the database says. So whenever the program is killed,
`settle` sees what was done and makes the database agree.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from core.database.database import Database
from core.errors import HangaError
from core.library import catalogue
from core.library.catalogue import GONE, THERE
from core.library.facts import place_of
from core.library.marks import put_marks
from core.library.ticket import Contents, Item, Ticket, file_names, keys_of
from core.paths import Home

Send = Callable[[Path], object]
"""Gives a folder to the system's own trash. Raises OSError."""


@dataclass(frozen=True, kw_only=True)
class Trashed:
    """What `restore` brings back for a ticket. `names`: of the pictures' files."""

    ticket: str
    when: datetime
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Emptied:
    """`pictures`: how many are in the system's trash now. `left`: tickets that it did not take, with its reasons."""

    pictures: int
    left: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trash:
    """One call at a time; others wait."""

    database: Database
    home: Home
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, pictures: Collection[int]) -> str:
        """Throw pictures away; the ticket to get them back with. Latents go along unless another picture needs them.

        Raises HangaError file.unknown_picture if none of them is there, disk.* (then all is as it was).
        """
        with self.lock:
            contents, ticket = self._contents(pictures), Ticket.new(self.home)
            ticket.begin(contents)
            try:
                for item in contents.items:
                    ticket.take(item)
                self._forget(contents)
            except HangaError:
                for item in filter(ticket.holds, contents.items):
                    ticket.give_back(item)
                ticket.end()
                raise
            self._take_latents(ticket, contents)
            return ticket.name

    def restore(self, name: str) -> list[int]:
        """The pictures are where they were, or beside what has taken their names, with all their marks; their ids.

        Raises HangaError file.unknown_ticket, file.damaged_ticket, disk.* (what could not be brought back is still in
        the trash).
        """
        with self.lock:
            ticket = Ticket(self.home, name)
            contents = ticket.contents()
            ids = self._put_back(ticket, contents)
            ticket.give_back_latents(contents)
            failure = self._give_back(ticket, contents, ids)
            if failure is not None:
                self._settle(ticket, contents)
                raise failure
            ticket.end()
            return ids

    def trashed(self) -> list[Trashed]:
        """What can be restored, last thrown away first."""
        lots = ((ticket, _contents_of(ticket)) for ticket in Ticket.all(self.home))
        return [
            Trashed(ticket=ticket.name, when=ticket.when, names=tuple(item.name for item in contents.items))
            for ticket, contents in lots
            if contents is not None
        ]

    def empty(self, send: Send) -> Emptied:
        """Hand everything over to the system's own trash, from where the artist can still take it."""
        pictures, left = 0, []
        with self.lock:
            for ticket in Ticket.all(self.home):
                contents = _contents_of(ticket)
                try:
                    send(ticket.folder)
                except OSError as error:
                    left.append((ticket.name, error.strerror or str(error)))
                else:
                    pictures += len(contents.items) if contents is not None else 0
        return Emptied(pictures=pictures, left=tuple(left))

    def settle(self) -> None:
        """Bring to an end what a killed process began. To be called before the folder is reconciled.
        Raises HangaError disk.*."""
        with self.lock:
            for ticket in Ticket.all(self.home):
                contents = _contents_of(ticket)
                if contents is not None:
                    self._settle(ticket, contents)

    def _settle(self, ticket: Ticket, contents: Contents) -> None:
        inside = tuple(item for item in contents.items if self._agree(ticket, item))
        if not inside:
            ticket.give_back_latents(contents)
            ticket.end()
            return
        left = replace(contents, items=inside)
        if left != contents:
            ticket.rewrite(left)
        self._take_latents(ticket, left)

    def _agree(self, ticket: Ticket, item: Item) -> bool:
        """Make the database say of a picture what the files say; whether it is in the trash."""
        with self.database.reading() as connection:
            row = self._row(connection, ticket, item)
        inside = ticket.holds(item) if item.file is not None else row is None
        if inside == (row is None):
            return inside
        with self.database.writing() as connection:
            if row is None:
                catalogue.put_back(connection, item.entry, GONE)
            else:
                catalogue.forget(connection, row)
        return inside

    def _contents(self, pictures: Collection[int]) -> Contents:
        with self.database.reading() as connection:
            known = [catalogue.entry(connection, number) for number in dict.fromkeys(pictures)]
        entries = [entry for entry in known if entry is not None]
        if not entries:
            raise HangaError("file.unknown_picture", number=next(iter(pictures), 0))
        names = file_names(entry.found.place.path for entry in entries)
        there = ((self.home.root / entry.found.place.path).is_file() for entry in entries)
        return Contents(
            items=tuple(
                Item(entry=entry, file=name if is_there else None)
                for entry, name, is_there in zip(entries, names, there, strict=True)
            )
        )

    def _forget(self, contents: Contents) -> None:
        with self.database.writing() as connection:
            for item in contents.items:
                catalogue.forget(connection, item.entry.id)

    def _put_back(self, ticket: Ticket, contents: Contents) -> list[int]:
        """Rows for all pictures, marked as missing until their files are there."""
        with self.database.writing() as connection:
            return [self._put_back_one(connection, ticket, item) for item in contents.items]

    def _put_back_one(self, connection: sqlite3.Connection, ticket: Ticket, item: Item) -> int:
        row = self._row(connection, ticket, item)
        if row is not None:
            return row
        returned = None if item.file is not None else _with_file(connection, item)
        if returned is None:
            return catalogue.put_back(connection, item.entry, GONE)
        put_marks(connection, [(returned, item.entry.marks)])
        return returned

    def _row(self, connection: sqlite3.Connection, ticket: Ticket, item: Item) -> int | None:
        """The id under which the catalogue has this very picture, if it does: not a copy of it that has a file."""
        entry = item.entry
        query = "SELECT id, path, missing FROM pictures WHERE digest = ? AND (id = ? OR path = ?) ORDER BY id != ?"
        values = (bytes.fromhex(entry.found.digest), entry.id, item.path, entry.id)
        for row in connection.execute(query, values).fetchall():
            copied = ticket.holds(item) and (self.home.root / row["path"]).exists()
            if not copied and not (item.file is None and row["missing"] == THERE):
                return int(row["id"])
        return None

    def _give_back(self, ticket: Ticket, contents: Contents, ids: list[int]) -> HangaError | None:
        """The files, and rows that say so; what went wrong."""
        moved, failure = [], None
        for number, item in zip(ids, contents.items, strict=True):
            try:
                if ticket.holds(item):
                    moved.append((number, item, ticket.give_back(item)))
            except HangaError as error:
                failure = error
        with self.database.writing() as connection:
            for number, item, path in moved:
                found = replace(item.entry.found, place=place_of(self.home.root, path))
                catalogue.update(connection, number, found)
        return failure

    def _take_latents(self, ticket: Ticket, contents: Contents) -> None:
        with self.database.reading() as connection:
            keys = [key for key in keys_of(contents) if not _is_needed(connection, key)]
        ticket.take_latents(keys)


def _contents_of(ticket: Ticket) -> Contents | None:
    """None for a lot that cannot be read; it stays as it is."""
    try:
        return ticket.contents()
    except HangaError:
        return None


def _with_file(connection: sqlite3.Connection, item: Item) -> int | None:
    """The picture as which the file of a missing one has come back since."""
    query = f"SELECT id FROM pictures WHERE digest = ? AND missing = {THERE} ORDER BY path != ?, id"
    row = connection.execute(query, (bytes.fromhex(item.entry.found.digest), item.path)).fetchone()
    return None if row is None else row["id"]


def _is_needed(connection: sqlite3.Connection, key: str) -> bool:
    """Whether a picture of the library has these latents, or was made from them."""
    query = "SELECT 1 FROM pictures WHERE key = ?1 OR start = ?1"
    return connection.execute(query, (key,)).fetchone() is not None
