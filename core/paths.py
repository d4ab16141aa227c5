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
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def hashes(self) -> Path:
        """Hashes of model files already read, so that seven gigabytes are not read again."""
        return self.root / "hashes.json"
