"""One lot of the trash on disk: a folder with picture files, latents, and `contents.json`, which tells all about them.

The account is written before the first file moves in and removed after the last one is out.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final, Self

from core.durable import move, remove, write_new, write_over
from core.errors import HangaError
from core.library.catalogue import Entry
from core.library.latents import LatentStore
from core.paths import Home
from core.plain import from_plain, to_plain

logger = logging.getLogger(__name__)

CONTENTS: Final = "contents.json"
STAMP: Final = "%Y%m%d-%H%M%S"
NAME: Final = re.compile(r"(\d{8}-\d{6})-[0-9a-f]{6}")
SCHEMA: Final = 1
NUMBERED: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Item:
    """A picture that was thrown away. `file`: its name in the lot; None for one whose file was missing already."""

    entry: Entry
    file: str | None

    @property
    def path(self) -> str:
        return self.entry.found.place.path

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True, kw_only=True)
class Contents:
    items: tuple[Item, ...]
    schema: int = SCHEMA


@dataclass(frozen=True)
class Ticket:
    home: Home
    name: str

    @classmethod
    def new(cls, home: Home) -> Self:
        return cls(home, f"{datetime.now():{STAMP}}-{secrets.token_hex(3)}")

    @classmethod
    def all(cls, home: Home) -> list[Self]:
        """The newest first."""
        names = (folder.name for folder in home.trash.iterdir()) if home.trash.is_dir() else ()
        return [cls(home, name) for name in sorted(names, reverse=True) if NAME.fullmatch(name)]

    @property
    def folder(self) -> Path:
        return self.home.trash / self.name

    @property
    def when(self) -> datetime:
        return datetime.strptime(self.name[:15], STAMP).astimezone()

    def begin(self, contents: Contents) -> None:
        """Raises HangaError disk.*."""
        write_new(self.folder / CONTENTS, _packed(contents))

    def rewrite(self, contents: Contents) -> None:
        """Raises HangaError disk.*."""
        write_over(self.folder / CONTENTS, _packed(contents))

    def end(self) -> None:
        """Raises HangaError disk.unremovable."""
        remove(self.folder / CONTENTS)

    def contents(self) -> Contents:
        """Raises HangaError file.unknown_ticket, file.damaged_ticket."""
        try:
            data = (self.folder / CONTENTS).read_bytes() if NAME.fullmatch(self.name) else None
        except FileNotFoundError:
            data = None
        except OSError as error:
            raise HangaError("file.unreadable", name=self.name, reason=error.strerror or str(error)) from error
        if data is None:
            raise HangaError("file.unknown_ticket", name=self.name)
        try:
            return _checked(from_plain(Contents, json.loads(data)))
        except (TypeError, ValueError, RecursionError) as error:
            raise HangaError("file.damaged_ticket", name=self.name, folder=str(self.folder)) from error

    def holds(self, item: Item) -> bool:
        """Whether the picture's file lies in here."""
        return item.file is not None and (self.folder / item.file).exists()

    def original(self, item: Item) -> Path:
        return self.home.root / item.path

    def take(self, item: Item) -> None:
        """Raises HangaError file.missing, disk.*."""
        if item.file is not None:
            move(self.original(item), self.folder / item.file)

    def give_back(self, item: Item) -> Path:
        """Where the picture is now: where it was, or beside what has taken its name. Raises HangaError disk.*."""
        assert item.file is not None
        source, target = self.folder / item.file, self.original(item)
        for number in range(1, NUMBERED):
            name = target if number == 1 else target.with_stem(f"{target.stem}-{number}")
            try:
                move(source, name)
            except HangaError as error:
                if error.code != "disk.exists":
                    raise
            else:
                return name
        raise HangaError("disk.exists", name=target.name, folder=str(target.parent))

    def take_latents(self, keys: Iterable[str]) -> None:
        for path in self._latents(keys):
            _move_or_leave(path, self.folder / path.name)

    def give_back_latents(self, contents: Contents) -> None:
        for path in self._latents(keys_of(contents)):
            _move_or_leave(self.folder / path.name, path)

    def _latents(self, keys: Iterable[str]) -> Iterator[Path]:
        store = LatentStore(self.home.latents)
        return (store.path(key) for key in keys)


def keys_of(contents: Contents) -> list[str]:
    """Of the latents that belong to the pictures."""
    return [key for key in dict.fromkeys(item.entry.found.facts.key for item in contents.items) if key is not None]


def file_names(paths: Iterable[str]) -> Iterator[str]:
    """A name for each file that no other has, whatever the file system takes for the same."""
    taken: set[str] = {CONTENTS}
    for number, path in enumerate(paths):
        name = PurePosixPath(path).name
        free = name if name.casefold() not in taken else f"{number}-{secrets.token_hex(3)}-{name[-100:]}"
        taken.add(free.casefold())
        yield free


def _move_or_leave(source: Path, target: Path) -> None:
    """Latents can be made again, so that they cannot be moved is no reason to leave a picture where it is."""
    try:
        if source.exists() and not target.exists():
            move(source, target)
    except HangaError as error:
        logger.warning("%s stays in %s: %s", source.name, source.parent, error)


def _packed(contents: Contents) -> bytes:
    return json.dumps(to_plain(contents), ensure_ascii=False).encode()


def _checked(contents: Contents) -> Contents:
    """Nothing in it may name a place outside the pictures, or cannot have been written by us."""
    for item in contents.items:
        path = PurePosixPath(item.path)
        if path.is_absolute() or ".." in path.parts or path.parts[:1] != ("pictures",) or "\\" in item.path:
            raise ValueError(f"{path} is no picture of the library")
        if item.file is not None and (PurePosixPath(item.file).name != item.file or "\\" in item.file):
            raise ValueError(f"{item.file} is no name of a file")
        bytes.fromhex(item.entry.found.digest)
    return contents
