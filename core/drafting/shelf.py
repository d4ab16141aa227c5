"""Shelf: things with names, those that come with the program and the artist's own, in one file of the home."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, Generic

from core.drafting.bundle import MOST, Bundle, Entry, check_name, encode, read_bundle
from core.durable import keep_aside, write_over
from core.errors import HangaError

logger = logging.getLogger(__name__)

WHOLE: Final = ("file.newer_bundle", "file.unreadable")
"""Of a file that somebody else can read, or that may be read later: it stays as it is."""


class OwnFile:
    """The artist's own styles and presets, in one file, so that none is written without the other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Bundle:
        """A file that nobody can read is put aside. Raises HangaError file.newer_bundle, file.unreadable, disk.*."""
        if not self.path.exists():
            return Bundle()
        try:
            return read_bundle(self.path)
        except HangaError as error:
            if error.code in WHOLE:
                raise
            logger.warning("%s is put aside: %s", self.path.name, error)
            keep_aside(self.path)
            return Bundle()

    def write(self, bundle: Bundle) -> None:
        """Exactly these are the artist's own from now on. Raises HangaError request.too_many_entries, disk.*."""
        if max(len(bundle.styles), len(bundle.presets)) > MOST:
            raise HangaError("request.too_many_entries", most=MOST)
        write_over(self.path, encode(bundle))


class Shelf(Generic[Entry]):
    """The styles of the file, or the presets. Raises HangaError as the file does."""

    def __init__(
        self,
        file: OwnFile,
        built_in: Bundle,
        pick: Callable[[Bundle], tuple[Entry, ...]],
        put: Callable[[Bundle, tuple[Entry, ...]], Bundle],
    ) -> None:
        self._file = file
        self._pick = pick
        self._put = put
        self.built_in: tuple[Entry, ...] = pick(built_in)

    def own(self) -> tuple[Entry, ...]:
        return self._pick(self._file.read())

    def all(self) -> tuple[Entry, ...]:
        """Those that come with the program, then the artist's own in the order in which they were made."""
        return (*self.built_in, *self.own())

    def keep(self, entry: Entry) -> None:
        """Adds an own one, or puts it in the place of that of its name. Raises HangaError request.entry_name,
        request.entry_built_in, request.too_many_entries."""
        entry = replace(entry, name=check_name(entry.name))
        self._check_free(entry.name)
        own = self.own()
        at = _place(own, entry.name)
        self._write((*own, entry) if at is None else (*own[:at], entry, *own[at + 1 :]))

    def rename(self, old: str, new: str) -> None:
        """Raises HangaError request.entry_name, request.entry_built_in, request.entry_taken, request.no_entry."""
        new = check_name(new)
        self._check_free(new)
        own = self.own()
        at, taken = _found(own, old), _place(own, new)
        if taken not in (None, at):
            raise HangaError("request.entry_taken", name=new)
        self._write((*own[:at], replace(own[at], name=new), *own[at + 1 :]))

    def remove(self, name: str) -> None:
        """Raises HangaError request.no_entry."""
        own = self.own()
        at = _found(own, name)
        self._write((*own[:at], *own[at + 1 :]))

    def with_new(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """The own ones and `entries`, but for those that are there already; another one of a name gets a number."""
        own, names = list(self.own()), {entry.name.casefold() for entry in self.all()}
        for entry in entries:
            if entry not in own and entry not in self.built_in:
                own.append(replace(entry, name=_free(entry.name, names)))
                names.add(own[-1].name.casefold())
        return tuple(own)

    def _write(self, own: tuple[Entry, ...]) -> None:
        self._file.write(self._put(self._file.read(), own))

    def _check_free(self, name: str) -> None:
        if _place(self.built_in, name) is not None:
            raise HangaError("request.entry_built_in", name=name)


def _found(own: tuple[Entry, ...], name: str) -> int:
    at = _place(own, name)
    if at is None:
        raise HangaError("request.no_entry", name=name)
    return at


def _place(entries: tuple[Entry, ...], name: str) -> int | None:
    names = [entry.name.casefold() for entry in entries]
    return names.index(name.casefold()) if name.casefold() in names else None


def _free(name: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    numbered = (f"{name[:70]} {number}" for number in range(2, len(taken) + 3))
    return next(each for each in numbered if each.casefold() not in taken)
