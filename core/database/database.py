"""The one door to hanga.db."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from core.database.connections import BUSY_SECONDS, Connection, connect, is_damage, reader, told, translated, writer
from core.database.gate import Gate
from core.database.health import mark, refuse_newer
from core.database.recovery import Recovery, recover
from core.database.schema import MIGRATIONS, Migration, apply, is_ours, pending, read_migrations
from core.database.snapshots import Snapshots
from core.database.whereabouts import notes_on
from core.errors import HangaError

logger = logging.getLogger(__name__)

A_DAY: Final = timedelta(days=1)


class Database:
    """One writer at a time, any number of readers, in any threads. Rows are sqlite3.Row.

    Every error of the disk comes out as one HangaError: disk.full, disk.unwritable, disk.database_busy,
    disk.database_damaged. Broken constraints and wrong statements stay sqlite3.Error.
    """

    def __init__(self, path: Path, snapshots: Snapshots, connection: sqlite3.Connection) -> None:
        """Not to be called: see `open`."""
        self.path = path
        self.recovered: Recovery | None = None
        self.notes = notes_on(path.parent)
        """Codes of what is worth knowing about the place of the file."""
        self._snapshots = snapshots
        self._writer = connection
        self._gate = Gate(BUSY_SECONDS)
        self._idle: list[Connection] = []
        self._mine = threading.local()
        self._changed = False
        self._closed = False

    @classmethod
    def open(cls, path: Path, snapshots: Path, migrations: Path = MIGRATIONS) -> Self:
        """The database in the file `path`, which is made, brought back from the newest good copy in the folder
        `snapshots`, or brought up to date by the SQL files in the folder `migrations`, as need be; `recovered` says
        what was brought back, for whoever has to look what is missing.

        Raises HangaError file.newer_database (and has written nothing), disk.*, engine.migration.
        """
        wanted, copies = read_migrations(migrations), Snapshots(snapshots)
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            newest = max((migration.number for migration in wanted), default=0)
            refuse_newer(path, newest)
            recovered = recover(path, copies, newest)
            database = cls(path, copies, writer(path))
            database.recovered = recovered
            try:
                if not database._migrate(wanted):
                    database._try_snapshot()
            except BaseException:
                database._disconnect()
                raise
        return database

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, in a transaction that is committed at the end, or rolled back by an exception.
        Inside another `writing` of the same thread it is a part of that one, undone alone when it fails."""
        if self._using is self._writer:
            with _part(self._writer):
                yield self._writer
            return
        if self._using is not None:
            raise RuntimeError("a thread that is reading cannot begin to write")
        with self._told(), self._gate.writing(), self._used(self._writer):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                with self._gate.alone():
                    self._writer.commit()
            except BaseException:
                self._writer.rollback()
                raise
            self._changed = True

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state throughout and cannot write. Cursors end with it, so fetch what you
        need before you leave. Inside a
        `writing` of the same thread it is that connection, which sees its own changes."""
        if self._using is not None:
            yield self._using
            return
        with self._told(), self._gate.reading(), self._borrowed() as connection, self._used(connection):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.let_go()

    def probe(self) -> None:
        """Write something that changes nothing. Raises HangaError disk.* while the disk does not take it."""
        with self.writing() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version}")  # Unlike equal rows, this is written again.

    def snapshot(self, why: str = "asked") -> None:
        """A checked copy of the database as it is now. Raises HangaError disk.*."""
        with told(self.path), self._snapshots.new(why) as place, contextlib.closing(connect(place)) as copy:
            copy.execute("PRAGMA journal_mode = MEMORY")
            with self.reading() as connection:
                self._changed = False
                connection.backup(copy)

    def snapshot_daily(self) -> None:
        """A snapshot, if the newest one is a day old and something has changed since. To be called now and then by
        whoever stays open for days. Raises HangaError disk.*."""
        newest = self._snapshots.newest()
        changed = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        if newest is None or (datetime.now(UTC) - newest >= A_DAY and changed > newest):
            self.snapshot("daily")

    def close(self, snapshot: bool = True) -> None:
        """With a snapshot, if there have been changes and one is wanted: a command that adds one picture to thousands
        leaves that to the next day. May be called twice. Raises HangaError disk.* if the snapshot cannot be made;
        closed it is nevertheless."""
        try:
            if self._changed and snapshot:
                self.snapshot("close")
        finally:
            self._changed = False
            self._disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try_snapshot(self) -> None:
        """A disk without room for one more copy is no reason to stay shut."""
        try:
            self.snapshot_daily()
        except HangaError as error:
            logger.warning("no snapshot of %s: %s", self.path, error)

    def _migrate(self, wanted: Sequence[Migration]) -> bool:
        """Whether there was anything to do."""
        missing = pending(self._writer, wanted)
        if missing and is_ours(self._writer):
            self.snapshot(f"before-{missing[0].number:04}")
        for migration in missing:
            apply(self._writer, migration)
            self._changed = True
        return bool(missing)

    def _disconnect(self) -> None:
        self._closed = True
        self._writer.close()
        while self._idle:
            self._idle.pop().close()

    @property
    def _using(self) -> sqlite3.Connection | None:
        """The connection that this thread is using."""
        using: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        return using

    @contextlib.contextmanager
    def _used(self, connection: sqlite3.Connection) -> Iterator[None]:
        self._mine.connection = connection
        try:
            yield
        finally:
            self._mine.connection = None

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        """A reader that nobody else has."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._reader()
        try:
            yield connection
        finally:
            self._idle.append(connection)
            if self._closed:
                self._disconnect()

    def _reader(self) -> Connection:
        return reader(self.path)

    def _met_damage(self) -> None:
        """It is marked, so that the next opening knows of it, wherever it lies."""
        mark(self.path)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """As `translated`."""
        if self._closed:
            raise RuntimeError(f"{self.path} is closed")
        try:
            yield
        except sqlite3.Error as error:
            if is_damage(error):
                self._met_damage()
            raise translated(self.path, error) from error


@contextlib.contextmanager
def _part(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        raise
    finally:
        connection.execute("RELEASE part")
