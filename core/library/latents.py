"""Kept latents: one safetensors file per picture, under the key of its record, with the record in its header.

So what a picture still lacks is known from the files alone: latents called `final` only need to be decoded, latents at
the hand-over only to be refined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save

from core.durable import write_over
from core.errors import HangaError
from core.record import KEY_DIGITS, ImageRecord, from_json, to_json

HANDOFF: Final = "handoff"
FINAL: Final = "final"
SUFFIX: Final = ".safetensors"
RECORD: Final = "hanga"
KEY: Final = re.compile(rf"[0-9a-f]{{{KEY_DIGITS}}}")

Latents = Mapping[str, NDArray[np.float32]]
"""Scaled latents [4, h, w] by name: `HANDOFF`, `FINAL`."""


def packed(record: ImageRecord, latents: Latents) -> bytes:
    """The bytes of a latents file."""
    return save({name: np.ascontiguousarray(value) for name, value in latents.items()}, {RECORD: to_json(record)})


@dataclass(frozen=True)
class LatentStore:
    """The latents kept in one folder."""

    folder: Path

    def path(self, key: str) -> Path:
        """Where the latents of a key lie. Raises HangaError file.no_latents for what is no key."""
        if not KEY.fullmatch(key):
            raise HangaError("file.no_latents", name=f"{key[:KEY_DIGITS]}{SUFFIX}")
        return self.folder / f"{key}{SUFFIX}"

    def keys(self) -> Iterator[str]:
        """The keys of all that is kept, in no order."""
        files = self.folder.glob(f"*{SUFFIX}") if self.folder.is_dir() else ()
        return (path.stem for path in files if KEY.fullmatch(path.stem))

    def keep(self, record: ImageRecord, latents: Latents) -> Path:
        """On disk, in place of what an earlier moment of the same picture left. Raises disk.full, disk.unwritable."""
        path = self.path(record.key)
        write_over(path, packed(record, latents))
        return path

    def kept(self, key: str, name: str) -> NDArray[np.float32]:
        """The latents `name` [4, h, w] that were kept under a key.

        Raises HangaError file.no_latents where they are not there (any more), file.damaged if they cannot be read.
        """
        path = self.path(key)
        try:
            latents: dict[str, NDArray[np.float32]] = load(path.read_bytes())
        except OSError as error:
            raise HangaError("file.no_latents", name=path.name) from error
        except SafetensorError as error:
            raise HangaError("file.damaged", name=path.name, detail=str(error)) from error
        if name not in latents:
            raise HangaError("file.no_latents", name=path.name)
        return latents[name]

    def record(self, key: str) -> tuple[ImageRecord, frozenset[str]]:
        """What picture the latents of a key belong to, and which of them there are; read from the file's header.

        Raises HangaError file.no_latents, file.damaged, file.no_record, file.newer_record.
        """
        path = self.path(key)
        try:
            with safe_open(path, "numpy") as file:
                names, told = frozenset(file.keys()), (file.metadata() or {}).get(RECORD)
        except OSError as error:
            raise HangaError("file.no_latents", name=path.name) from error
        except SafetensorError as error:
            raise HangaError("file.damaged", name=path.name, detail=str(error)) from error
        if told is None:
            raise HangaError("file.no_record", name=path.name)
        return from_json(told, path.name), names
