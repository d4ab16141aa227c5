"""What lies in the pictures folder: names, sizes and times, from the folders alone. No file is opened."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from core.durable import PARTIAL, PREFIX
from core.library.facts import LATEST, SUFFIXES


@dataclass(frozen=True)
class Listing:
    """`files`: size and time of change of picture files, by path. `unreadable`: folders and files that cannot even be
    looked at. `littered`: folders with temporary files."""

    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    littered: set[Path] = field(default_factory=set)


def listing(root: Path, folder: Path) -> Listing:
    """All of `folder`, which lies in `root`. Links are not followed, hidden files and folders are passed over."""
    found = Listing()
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        prefix = place.relative_to(root).as_posix()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if _look(found, f"{prefix}/{entry.name}", entry):
                        waiting.append(place / entry.name)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):  # Then there would be nothing in it.
                found.unreadable.append(prefix)
    return found


def _look(found: Listing, path: str, entry: os.DirEntry[str]) -> bool:
    """Enter a file into `found`; whether it is a folder to look into."""
    if entry.name.startswith("."):
        if entry.name.startswith(PREFIX) and entry.name.endswith(PARTIAL):
            found.littered.add(Path(entry.path).parent)
        return False
    if entry.is_dir(follow_symlinks=False):
        return True
    if entry.is_file(follow_symlinks=False) and entry.name[entry.name.rfind(".") :].lower() in SUFFIXES:
        _enter(found, path, entry)
    return False


def _enter(found: Listing, path: str, entry: os.DirEntry[str]) -> None:
    try:
        if not path.isascii():
            path.encode()  # Names that are no text cannot be kept.
        status = entry.stat(follow_symlinks=False)
    except (OSError, UnicodeEncodeError):
        found.unreadable.append(path.encode(errors="replace").decode())
    else:
        found.files[path] = (status.st_size, min(status.st_mtime_ns, LATEST))
