"""Settings: what holds for every request, until the artist says otherwise. Two JSON files in the home.

`settings.json` is for people too: it may be edited by hand. Beside it lies the last version that was good; what cannot
be read is put aside under a telling name, never thrown away, and the values in it that make sense still hold.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.durable import disk_error, keep_aside, write_over
from core.plain import from_plain, to_plain
from core.request import AUTO

SCHEMA: Final = 1

LANGUAGES: Final = (AUTO, "en", "ja")
THEMES: Final = (AUTO, "light", "dark", "neutral")
MOTIONS: Final = (AUTO, "full", "reduced")
FORMATS: Final = ("png", "jpeg", "webp")
CLOSINGS: Final = ("ask", "finish", "stop")
"""What becomes of jobs when the window is closed: they are made first, or go on at the next start."""

MOST_BYTES: Final = 1 << 20
"""Nobody's settings are longer."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Raises ValueError for values that mean nothing."""

    language: str = AUTO
    theme: str = AUTO
    motion: str = AUTO
    """Whether things may slide and fade."""
    text_scale: float = 1.0
    """How large everything in the window is, from its next start on; 1.0: as the system has it."""
    closing: str = "ask"
    notify: bool = True
    """Whether the system tells that pictures are done while another window is used."""
    keep_awake: bool = True
    """Whether the computer stays awake while pictures are made."""
    device: str = AUTO
    dtype: str = AUTO
    vram_limit: float | None = None
    """GB of graphics memory that may be used; None: as much as is free."""
    model_folders: tuple[str, ...] = ()
    """Searched besides the one in the home; also single files, used where they lie."""
    latents_limit: float = 20.0
    """GB of kept latents, of which the oldest go first."""
    previews: bool = True
    export_format: str = "png"
    export_quality: int = 90
    export_metadata: bool = True
    """Whether copies for elsewhere say how they were made."""
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        sensible = {
            "language": self.language in LANGUAGES,
            "theme": self.theme in THEMES,
            "motion": self.motion in MOTIONS,
            "text_scale": 0.5 <= self.text_scale <= 3.0,
            "vram_limit": self.vram_limit is None or 0.0 < self.vram_limit < float("inf"),
            "latents_limit": 0.0 <= self.latents_limit < float("inf"),
            "closing": self.closing in CLOSINGS,
            "export_format": self.export_format in FORMATS,
            "export_quality": 1 <= self.export_quality <= 100,
        }
        if wrong := [name for name, holds in sensible.items() if not holds]:
            raise ValueError(f"{', '.join(wrong)} cannot have such a value")


def load(path: Path) -> tuple[Settings, Path | None]:
    """The settings in `path`, and where a file that could not be read was put aside; what makes no sense in it is then
    as in the last good one. Without a file, the defaults. Raises HangaError disk.unwritable if the disk does not
    answer, or does not take what must be put aside."""
    data = _read(path)
    found = _settings(data)
    if found is not None:
        return found, None
    if not path.exists():
        return Settings(), None
    aside = keep_aside(path)
    settings = _salvaged(data, _settings(_read(_last(path))) or Settings())
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


def _read(path: Path) -> Any:
    """None for a file that is missing or is no JSON. Editors that put a mark in front, or write UTF-16, do no harm."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(MOST_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(path, error) from error
    except (ValueError, RecursionError):
        return None


def _settings(data: Any) -> Settings | None:
    """None where a value makes no sense."""
    try:
        return from_plain(Settings, data)
    except (TypeError, ValueError, RecursionError):
        return None


def _salvaged(data: Any, settings: Settings) -> Settings:
    """`settings` with those values of `data` that make sense by themselves: another may be of a newer version."""
    members = data if isinstance(data, dict) else {}
    for name in (field.name for field in dataclasses.fields(Settings) if field.name in members):
        found = _settings({name: members[name]})
        if found is not None:
            settings = dataclasses.replace(settings, **{name: getattr(found, name)})
    return settings
