"""About: all that the details say of one picture, gathered in the engine's thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from PySide6.QtGui import QImage

from app.pages.gallery.thumbnails import thumbnail
from core.engine import Engine, Lineage, Picture
from core.errors import HangaError
from core.record import ImageRecord

RELATIVES: Final = 6


@dataclass(frozen=True)
class About:
    """`record`: None for pictures of other programs, or of files that are gone. `relatives`: thumbnails by number."""

    picture: Picture
    record: ImageRecord | None
    lineage: Lineage
    relatives: dict[int, QImage | None]

    @property
    def steps(self) -> tuple[int, int]:
        """(of the base, of the refiner); what was asked for, and 0, where nobody has kept account."""
        if self.record is None:
            return (0 if self.picture.request is None else self.picture.request.steps), 0
        counts = {stage.role: len(stage.timesteps) for stage in self.record.plan.stages}
        return counts.get("base", 0), counts.get("refiner", 0)

    @property
    def models(self) -> list[str]:
        """Without the endings of files; checkpoints first, then LoRAs."""
        if self.record is None:
            return [PurePath(self.picture.model).stem] if self.picture.model else []
        plan = self.record.plan
        names = [stage.model.name for stage in plan.stages] + [adapter.model.name for adapter in plan.adapters]
        return list(dict.fromkeys(PurePath(name).stem for name in names))


def about(engine: Engine, number: int) -> About:
    """Raises HangaError file.unknown_picture."""
    picture, lineage = engine.library.picture(number), engine.library.lineage(number)
    near = (*lineage.ancestors[:1], *lineage.children[:RELATIVES])
    near = (picture, *near) if near else ()
    return About(picture, _record(engine, picture), lineage, {each.id: thumbnail(engine, each.id) for each in near})


def _record(engine: Engine, picture: Picture) -> ImageRecord | None:
    try:
        return None if picture.missing or picture.key is None else engine.record(picture.id)
    except HangaError as error:
        if error.area != "file":
            raise
        return None
