"""The home folder, for commands that read or change what is in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core import settings as settings_file
from core.database.database import Database
from core.database.looking import LookedAt
from core.engine.exchange import understood
from core.errors import HangaError
from core.instance import claim
from core.library.keeper import Keeper
from core.library.library import Library
from core.library.models import ModelFolder
from core.paths import Home


@contextmanager
def owned(home: Home) -> Iterator[None]:
    """The home as this process's alone. Raises HangaError engine.home_in_use while another program has it."""
    instance = claim(home)
    if instance is None:
        raise HangaError("engine.home_in_use", folder=str(home.root))
    with instance:
        yield


def model_folder(home: Home) -> ModelFolder:
    """The models of a home, and those that its settings share with other programs. Raises HangaError disk.*."""
    settings, _ = settings_file.load(home.settings)
    return ModelFolder(home, lambda: settings.model_folders)


@contextmanager
def own_library(home: Home) -> Iterator[Library]:
    """The library to be changed, brought up to date with the folder. Raises as `owned` does, and disk.*."""
    with owned(home), _opened(home) as library:
        library.reconcile()
        yield library


@contextmanager
def read_library(home: Home) -> Iterator[Library]:
    """The library to be looked at, also while another program has the home, whose database is then read as it is.
    Raises HangaError disk.*; engine.home_in_use where it cannot be, and is not ours to mend."""
    database = LookedAt.look(home.database, home.snapshots)
    if database is None:
        with owned(home), _opened(home) as library:
            yield library
    else:
        with _library_of(home, database) as library:
            yield library


@contextmanager
def registry(keeper: Keeper) -> Iterator[Callable[[Path], object]]:
    """What takes saved pictures into the library, where they lie in it. While another program has the home, that one
    finds them. Raises disk.*, file.newer_database before any work is done."""
    inside = keeper.out is None or Path(os.path.abspath(keeper.out)).is_relative_to(keeper.home.pictures.absolute())
    instance = claim(keeper.home) if inside else None
    if instance is None:
        yield lambda path: None
        return
    with instance, _opened(keeper.home) as library:
        yield library.add


@contextmanager
def _opened(home: Home) -> Iterator[Library]:
    """By the owner of the home: made, mended and brought up to date as need be."""
    database = Database.open(home.database, home.snapshots)
    with _library_of(home, database) as library:
        if database.recovered:
            library.rebuild()
        yield library


@contextmanager
def _library_of(home: Home, database: Database) -> Iterator[Library]:
    try:
        library = Library(home, database, understand=understood)
        try:
            yield library
        finally:
            library.close()
    finally:
        database.close(snapshot=False)
