"""What the window was like when it was closed: the request being written, and whatever else a window remembers."""

from __future__ import annotations

import json
import logging
from typing import Final

from core.database.database import Database
from core.plain import Plain, from_plain, to_plain
from core.request import Request

logger = logging.getLogger(__name__)

DRAFT: Final = "draft"
WINDOW: Final = "window."
"""Before the names that a window gives."""

UNREADABLE: Final = (TypeError, ValueError, RecursionError)


class Session:
    """Each value is kept at once. Raises HangaError disk.*."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def draft(self) -> Request | None:
        """The request being written when it was last kept; None if there is none, or a newer version wrote it."""
        plain = self._read(DRAFT)
        try:
            return None if plain is None else from_plain(Request, plain)
        except UNREADABLE as error:
            logger.warning("the draft cannot be read: %s", error)
            return None

    def keep_draft(self, request: Request) -> None:
        self._write(DRAFT, to_plain(request))

    def window(self, name: str) -> Plain:
        """What was kept under `name`, None for nothing."""
        return self._read(WINDOW + name)

    def keep_window(self, name: str, value: Plain) -> None:
        """Anything that JSON can hold; None forgets it."""
        self._write(WINDOW + name, value)

    def _read(self, name: str) -> Plain:
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM session WHERE name = ?", (name,)).fetchone()
        try:
            value: Plain = None if row is None else json.loads(row["value"])
        except UNREADABLE as error:
            logger.warning("what was kept as %s cannot be read: %s", name, error)
            return None
        return value

    def _write(self, name: str, value: Plain) -> None:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO session VALUES (?, ?)", (name, text))
