"""What a folder lies on, as far as that matters to a database: some file systems only pretend to lock and to sync."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psutil

NETWORK: Final = frozenset(
    {"9p", "afpfs", "afs", "ceph", "cifs", "davfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "webdav"}
    | {"fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone", "fuse.sshfs"}
)
"""Names of file systems that lie on other computers. Windows says so itself, as an option of the drive."""

SYNCED: Final = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud")
"""Beginnings of the names of folders that a program copies to a cloud, and back, without asking who has them open."""


def notes_on(folder: Path) -> tuple[str, ...]:
    """note.home_on_network and note.home_in_cloud, where they hold. Everything works there too, but less surely."""
    found = {
        "note.home_on_network": _is_on_network(folder.resolve()),
        "note.home_in_cloud": any(part.lower().startswith(SYNCED) for part in folder.resolve().parts),
    }
    return tuple(note for note, holds in found.items() if holds)


def _is_on_network(folder: Path) -> bool:
    drives = [drive for drive in psutil.disk_partitions(all=True) if folder.is_relative_to(drive.mountpoint)]
    drive = max(drives, key=lambda drive: len(drive.mountpoint), default=None)
    return drive is not None and (drive.fstype.lower() in NETWORK or "remote" in drive.opts.split(","))
