"""What the page says of model files."""

from __future__ import annotations

from typing import Final

from app.language import Language
from app.widgets.entry_painter import Entry
from app.widgets.sizes import spoken_bytes
from core.engine import ModelEntry

AREA: Final = "window_models"
APART: Final = " · "
OWN, SHARED, BUILT_IN = "own", "shared", "built in"
"""As `core.library.model_entries` has them."""
ICONS: Final = {"base": "create", "refiner": "refine", "lora": "vary"}


def entry_of(language: Language, found: ModelEntry) -> Entry:
    title, size = title_of(found), spoken_bytes(language, found.bytes) if found.bytes else ""
    if found.code:
        return Entry(title, language.say(found.code, **found.data), "warn_ink", "warning", size)
    line = APART.join((language.say(f"{AREA}.kind.{found.kind}"), _place(language, found)))
    return Entry(title, line, "dim", ICONS.get(found.kind, "models"), size)


def title_of(found: ModelEntry) -> str:
    """The file's own name for itself, and that of the file where it says something else."""
    name = found.name if found.place == BUILT_IN else found.path.name
    return name if not found.title or found.title in name else f"{found.title} ({name})"


def _place(language: Language, found: ModelEntry) -> str:
    if found.place == SHARED:
        return language.say(f"{AREA}.shared", folder=str(found.path.parent))
    return language.say(f"{AREA}.{'own' if found.place == OWN else 'built_in'}")
