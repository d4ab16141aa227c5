"""Where things are: the artist's home for pictures and models, and what comes with the program."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
STARTER = RESOURCES / "starter"


@dataclass(frozen=True)
class Home:
    """The folder that holds everything an artist has made and collected."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        """HANGA_HOME, or the system's place for a program's data."""
        chosen = os.environ.get("HANGA_HOME")
        return cls(Path(os.path.expanduser(chosen)) if chosen else user_data_path("Hanga", appauthor=False))

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    @property
    def latents(self) -> Path:
        return self.root / "latents"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def loras(self) -> Path:
        return self.models / "loras"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def hashes(self) -> Path:
        """Hashes of model files already read, so that seven gigabytes are not read again."""
        return self.root / "hashes.json"

    @property
    def thumbnails(self) -> Path:
        """Small pictures for the gallery, in a database that may be thrown away; each can be made again."""
        return self.root / "thumbnails.db"

    @property
    def trash(self) -> Path:
        """What the artist has thrown away and may still want back."""
        return self.root / "trash"

    @property
    def database(self) -> Path:
        return self.root / "hanga.db"

    @property
    def snapshots(self) -> Path:
        """Copies of the database, which come back when it is damaged."""
        return self.root / "snapshots"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def styles_and_presets(self) -> Path:
        """The artist's own ones."""
        return self.root / "styles-and-presets.json"

    @property
    def wildcards(self) -> Path:
        """Lists of words, one text file each, of which prompts draw."""
        return self.root / "wildcards"

    @property
    def timings(self) -> Path:
        """How long this machine takes for what."""
        return self.root / "timings.json"

    @property
    def lock(self) -> Path:
        """Held by the one program that uses this home."""
        return self.root / "hanga.lock"
