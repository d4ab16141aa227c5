"""Model files that come to Hanga's folder and leave it.

A file is copied piece by piece, so that whoever asks can do other things between two pieces, tell how far it is, and
stop. Until it is whole it has no name that anybody would take for a model.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Final

from send2trash import send2trash

from core.checkpoint.describe import describe
from core.durable import sweep, write_in_pieces
from core.errors import HangaError
from core.library.models import BUILT_IN, IS_LORA, ModelFolder
from core.paths import Home

LORA: Final = "lora"

PIECE: Final = 16 << 20
"""Bytes that are copied at once: some hundredths of a second."""

Send = Callable[[Path], object]
"""Gives a file or folder to the system's own trash. Raises OSError."""


def kind_of(path: Path) -> str:
    """What a file would be here: a kind that `describe` knows, or "lora". Raises HangaError file.* for all else."""
    try:
        return describe(path).kind
    except HangaError as refusal:
        if refusal.code == IS_LORA:
            return LORA
        raise


def copy_in(home: Home, source: Path) -> Generator[int, None, Path]:
    """Copy a model file into the folder for its kind. Each step gives the bytes that are done; the end, where it lies:
    under a number where its name is taken, and without a copy where the very same file is there already.

    Raises HangaError file.* for what Hanga cannot use, request.folder_in_place, disk.full, disk.unwritable.
    """
    if source.is_dir():
        raise HangaError("request.folder_in_place", name=source.name)
    folder = home.loras if kind_of(source) == LORA else home.models
    target = folder / source.name.lstrip(".")
    if (yield from _is_there(source, target)):
        return target
    sweep(folder)
    _check_room(source, folder)
    return (yield from write_in_pieces(target, _pieces(source)))


def discard(models: ModelFolder, name: str, send: Send = send2trash) -> Path:
    """Give a model of Hanga's folder to the system's trash; where it was.

    Raises HangaError file.unknown_model, file.built_in_model, file.not_in_models, disk.no_trash.
    """
    path = Path(os.path.abspath(_found(models, name)))
    if path in BUILT_IN.values():
        raise HangaError("file.built_in_model", name=name)
    if not path.is_relative_to(Path(os.path.abspath(models.home.models))) or not os.path.lexists(path):
        raise HangaError("file.not_in_models", name=path.name, folder=str(models.home.models))
    try:
        send(path)
    except OSError as error:
        raise HangaError("disk.no_trash", name=path.name, reason=error.strerror or str(error)) from error
    return path


def _found(models: ModelFolder, name: str) -> Path:
    """A LoRA of Hanga's folder, or else a model."""
    lora = models.home.loras / name
    return lora if Path(name).name == name and lora.is_file() else models.find(name)


def _is_there(source: Path, target: Path) -> Generator[int, None, bool]:
    """Whether `target` is that file, or has the same bytes."""
    if not target.is_file():
        return False
    if os.path.samefile(source, target):
        return True
    if source.stat().st_size != target.stat().st_size:
        return False
    for mine, theirs in zip(_pieces(target), _pieces(source), strict=True):
        if mine != theirs:
            return False
        yield 0
    return True


def _check_room(source: Path, folder: Path) -> None:
    """Before gigabytes are written. A file system that does not tell is found out while writing."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if shutil.disk_usage(there).free < source.stat().st_size:
        raise HangaError("disk.full", name=source.name, folder=str(folder))


def _pieces(path: Path) -> Iterator[bytes]:
    """Raises HangaError file.unreadable, and file.truncated where the file became shorter meanwhile."""
    done = 0
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                done += len(piece)
                yield piece
    except OSError as error:
        raise HangaError("file.unreadable", name=path.name, reason=error.strerror or str(error)) from error
    if done < size:
        raise HangaError("file.truncated", name=path.name, have=done, want=size)
