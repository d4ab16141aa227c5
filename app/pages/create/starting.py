"""What the Create page begins with, read when the engine is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.pages.create.draft import Written, read_draft
from app.pages.create.models import ModelFacts, read_models
from app.pages.create.remembering import Remembered, remembered
from app.pages.create.showing import latest
from app.pages.create.supplies import Supplies, read_supplies

if TYPE_CHECKING:
    from core.engine import Engine, Picture


@dataclass(frozen=True)
class Start:
    models: list[ModelFacts]
    draft: Written | None
    pictures: tuple[Picture, ...]
    """The latest first."""
    supplies: Supplies
    remembered: Remembered


def read_start(engine: Engine) -> Start:
    """For the engine's thread. Raises HangaError as the library and the desk do."""
    return Start(read_models(engine), read_draft(engine), latest(engine), read_supplies(engine), remembered(engine))
