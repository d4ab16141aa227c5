"""Where a run's pictures and latents go. The pipeline hands them over; how they get on disk is decided here."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.durable import disk_error, write_new, write_unclashing
from core.errors import HangaError
from core.library.latents import FINAL, Latents, LatentStore, packed
from core.library.picture import encode
from core.paths import Home
from core.record import ImageRecord

LONGEST_SLUG: Final = 40


@dataclass(frozen=True)
class Keeper:
    """Keeps pictures under `home`, or where `out` says: a file (numbered when there are several pictures) or a folder.

    `latents_copy` is a further file for the latents, besides the home's own, written when the final ones are there.
    """

    home: Home
    out: Path | None = None
    latents_copy: Path | None = None

    def check(self, count: int) -> None:
        """Raise now what would otherwise be raised after minutes of work: disk.exists, disk.unwritable."""
        out = self._out_file()
        files = [path for path in (out, self.latents_copy) if path is not None]
        for path in (numbered(file, index, count) for file in files for index in range(count)):
            if _is_taken(path):
                raise HangaError("disk.exists", name=path.name, folder=str(path.parent))
        folders = () if out else (self.out or self.home.pictures,)
        for folder in (*folders, self.home.latents, *(file.parent for file in files)):
            _refuse_unwritable(folder)

    def keep_latents(self, record: ImageRecord, latents: Latents) -> Path:
        """Latents of one picture on disk, where `kept_latents` finds them again. Raises disk.full, disk.unwritable."""
        path = self._latents.keep(record, latents)
        if self.latents_copy is not None and FINAL in latents:
            write_new(numbered(self.latents_copy, record.index, record.count), packed(record, latents))
        return path

    def kept_latents(self, key: str, name: str) -> NDArray[np.float32]:
        """The latents `name` [4, h, w] kept under a record's key. Raises HangaError file.no_latents, file.damaged."""
        return self._latents.kept(key, name)

    def keep_picture(self, pixels: NDArray[np.uint8], record: ImageRecord) -> Path:
        """The picture on disk, complete under its final name. Raises disk.exists, disk.full, disk.unwritable."""
        data = encode(pixels, record)
        if (file := self._out_file()) is not None:
            path = numbered(file, record.index, record.count)
            write_new(path, data)
            return path
        folder = self.out or self.home.pictures / record.created[:10]
        return write_unclashing(folder / f"{stem(record)}.png", data)

    @property
    def _latents(self) -> LatentStore:
        return LatentStore(self.home.latents)

    def _out_file(self) -> Path | None:
        """The file that `out` names, if it is not a folder."""
        names_file = self.out is not None and self.out.suffix.lower() == ".png" and not os.path.isdir(self.out)
        return self.out if names_file else None


def _is_taken(path: Path) -> bool:
    """Whether there is something, if only a link to nothing. Raises HangaError disk.unwritable for what cannot be."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise disk_error(path, error) from error
    return True


def _refuse_unwritable(folder: Path) -> None:
    """Raise HangaError disk.unwritable where `folder` takes no files, or cannot be made."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if _is_taken(place))
    wrong = errno.ENOTDIR if not there.is_dir() else errno.EACCES if not os.access(there, os.W_OK | os.X_OK) else None
    if wrong is not None:
        raise HangaError("disk.unwritable", name=folder.name, folder=str(there), reason=os.strerror(wrong))


def numbered(path: Path, index: int, count: int) -> Path:
    """`boat.png` as it is for a single picture, `boat-2.png` for the second of several."""
    return path if count == 1 else path.with_stem(f"{path.stem}-{index + 1}")


def stem(record: ImageRecord) -> str:
    """`HHMMSS-seed-slug`."""
    time = datetime.fromisoformat(record.created).strftime("%H%M%S")
    return "-".join(filter(None, (time, str(record.seed), slug(record.plan.request.prompt))))


def slug(prompt: str) -> str:
    """The prompt as a short ASCII name that every file system takes; empty where nothing of it can be kept."""
    ascii_only = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only)[:LONGEST_SLUG].strip("-")
