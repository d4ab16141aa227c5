"""What the artist sees of model files: every file and folder that might be one, what it is, or why it is none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from core.checkpoint.describe import describe
from core.errors import Datum, HangaError
from core.library.importing import LORA
from core.library.models import BUILT_IN, IS_LORA, ModelFolder

BUILT_IN_PLACE: Final = "built in"
OWN: Final = "own"
SHARED: Final = "shared"
"""Comes with the program; lies in Hanga's folder; is used where it lies."""


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """`name` is what `ModelFolder.find` takes. `kind` is that of `describe` or "lora"; empty for what cannot be used,
    of which `code` and `data` say why. `bytes` is 0 where nobody knows."""

    name: str
    path: Path
    place: str
    kind: str = ""
    bytes: int = 0
    title: str | None = None
    code: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)


def entries(models: ModelFolder) -> Iterator[ModelEntry]:
    """The built-in ones, then all others by name."""
    for name, path in BUILT_IN.items():
        yield _entry(name, path, BUILT_IN_PLACE)
    for path in sorted(models.paths(), key=lambda path: path.name.casefold()):
        own = path.is_relative_to(models.home.models)
        yield _entry(path.name if own else str(path), path, OWN if own else SHARED)


def _entry(name: str, path: Path, place: str) -> ModelEntry:
    try:
        status = os.stat(path)
    except OSError:  # A link to nowhere, or gone since it was listed: `describe` has the words for it.
        return _described(name, path, place, 0, 0)
    return _described(name, path, place, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4096)
def _described(name: str, path: Path, place: str, size: int, changed: int) -> ModelEntry:
    """Remembered as long as the file is the same, because lists are read again and again."""
    try:
        found = describe(path)
    except HangaError as refusal:
        known = size if path.is_file() else 0
        if refusal.code == IS_LORA:
            return ModelEntry(name=name, path=path, place=place, kind=LORA, bytes=known)
        return ModelEntry(name=name, path=path, place=place, bytes=known, code=refusal.code, data=refusal.data)
    return ModelEntry(name=name, path=path, place=place, kind=found.kind, bytes=found.bytes, title=found.title)
