"""Settings: what holds for every request, until the artist says otherwise. Two JSON files in the home.

`settings.json` is for people too: it may be edited by hand. Beside it lies the last version that was good; what cannot
be read is put aside under a telling name, never thrown away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.durable import disk_error, keep_aside, write_over
from core.plain import from_plain, to_plain
from core.request import AUTO

SCHEMA: Final = 1

LANGUAGES: Final = (AUTO, "en", "ja")
THEMES: Final = (AUTO, "light", "dark")
FORMATS: Final = ("png", "jpeg", "webp")

MOST_BYTES: Final = 1 << 20
"""Nobody's settings are longer."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Raises ValueError for values that mean nothing."""

    language: str = AUTO
    theme: str = AUTO
    text_scale: float = 1.0
    device: str = AUTO
    dtype: str = AUTO
    vram_limit: float | None = None
    """GB of graphics memory that may be used; None: as much as is free."""
    model_folders: tuple[str, ...] = ()
    """Searched besides the one in the home."""
    latents_limit: float = 20.0
    """GB of kept latents, of which the oldest go first."""
    previews: bool = True
    export_format: str = "png"
    export_quality: int = 90
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        sensible = {
            "language": self.language in LANGUAGES,
            "theme": self.theme in THEMES,
            "text_scale": 0.5 <= self.text_scale <= 3.0,
            "vram_limit": self.vram_limit is None or 0.0 < self.vram_limit < float("inf"),
            "latents_limit": 0.0 <= self.latents_limit < float("inf"),
            "export_format": self.export_format in FORMATS,
            "export_quality": 1 <= self.export_quality <= 100,
        }
        if wrong := [name for name, holds in sensible.items() if not holds]:
            raise ValueError(f"{', '.join(wrong)} cannot have such a value")


def load(path: Path) -> tuple[Settings, Path | None]:
    """The settings in `path`, and where a file that could not be read was put aside; the last good ones then take its
    place. Without a file, the defaults. Raises HangaError disk.unwritable if the disk does not answer, or does not
    take what must be put aside."""
    found = _read(path)
    if found is not None:
        return found, None
    if not path.exists():
        return Settings(), None
    aside = keep_aside(path)
    settings = _read(_last(path)) or Settings()
    save(settings, path)
    return settings, aside


def save(settings: Settings, path: Path) -> None:
    """Write `path`, and once that lies there, the last good version beside it. Raises HangaError disk.full,
    disk.unwritable; then `path` is what it was."""
    text = json.dumps(to_plain(settings), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    write_over(path, text.encode())
    write_over(_last(path), text.encode())


def _last(path: Path) -> Path:
    return path.with_stem(f"{path.stem}-last-good")


def _read(path: Path) -> Settings | None:
    """None for a file that is missing or makes no sense. Editors that put a mark in front, or write UTF-16, do no
    harm."""
    try:
        with path.open("rb") as file:
            return from_plain(Settings, json.loads(file.read(MOST_BYTES)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(path, error) from error
    except (TypeError, ValueError, RecursionError):
        return None
