"""Small versions of pictures, by content, in a file of their own that may be thrown away at any time."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Final

from PIL import Image

from core.durable import remove
from core.errors import HangaError
from core.library.pixels import decode

logger = logging.getLogger(__name__)

LONG_SIDE: Final = 320
QUALITY: Final = 80


class Thumbnails:
    """WebP pictures with a long side of 320 pixels. May be used from any thread.

    What goes wrong here costs time, never truth: a broken file is begun anew, and where none can be written, thumbnails
    are made each time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def get(self, digest: str, picture: Path) -> bytes | None:
        """The thumbnail of the content `digest`, made from the file `picture` if there is none yet; None if that
        cannot be opened."""
        kept = self._kept(digest)
        if kept is not None:
            return kept
        made = make(picture)
        if made is not None:
            self._keep(digest, made)
        return made

    def keep_only(self, digests: Collection[bytes]) -> None:
        """Those of other contents go."""
        known = json.dumps([digest.hex().upper() for digest in digests])
        self._execute("DELETE FROM thumbnails WHERE hex(digest) NOT IN (SELECT value FROM json_each(?))", known)

    def close(self) -> None:
        with self._lock:
            self._drop_connection()

    def _kept(self, digest: str) -> bytes | None:
        row = self._execute("SELECT image FROM thumbnails WHERE digest = ?", bytes.fromhex(digest))
        return None if row is None else row[0]

    def _keep(self, digest: str, image: bytes) -> None:
        self._execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", bytes.fromhex(digest), image)

    def _execute(self, query: str, *values: bytes | str) -> tuple[bytes, ...] | None:
        with self._lock:
            try:
                row: tuple[bytes, ...] | None = self._opened().execute(query, values).fetchone()
            except (sqlite3.DatabaseError, OSError) as error:
                logger.warning("thumbnails in %s: %s", self._path, error)
                self._drop_connection()
                if not isinstance(error, sqlite3.OperationalError | OSError):
                    self._begin_anew()
                return None
            return row

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            # What a power cut takes is made again.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS thumbnails (digest BLOB PRIMARY KEY, image BLOB NOT NULL) STRICT"
            )
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _begin_anew(self) -> None:
        try:
            remove(self._path)
        except HangaError as error:
            logger.warning("%s", error)


def make(picture: Path) -> bytes | None:
    """The thumbnail of a picture file; None if it is damaged, not there or too large."""
    try:
        small = decode(picture)
    except HangaError as error:
        logger.info("no thumbnail of %s: %s", picture.name, error)
        return None
    small = small.convert("RGBA" if small.has_transparency_data else "RGB")
    small.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=QUALITY, method=2)
    return buffer.getvalue()
