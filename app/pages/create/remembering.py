"""What the Create page remembers from one start to the next, besides the draft: prompts that were used, and the shapes
that an artist keeps in the row."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.engine_thread import EngineThread
from app.widgets.aspect_picker import Favourites
from core.errors import HangaError
from core.plain import Plain, from_plain, to_plain
from core.request import Size

if TYPE_CHECKING:
    from core.engine import Engine

logger = logging.getLogger(__name__)

HISTORY: Final = "create.history"
SHAPES: Final = "create.shapes"
MOST_PROMPTS: Final = 100
LONGEST: Final = 2000
"""Characters of a prompt that is remembered; longer ones are in their pictures."""


@dataclass(frozen=True)
class Remembered:
    """`prompts`: the latest first. `shapes`: by the models that they are meant for, as `AspectPicker` names them."""

    prompts: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[Size, ...]] = field(default_factory=dict)


class Remembering(QObject):
    def __init__(self, thread: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = thread

    def keep_prompts(self, prompts: list[str]) -> None:
        self._keep(HISTORY, [prompt for prompt in prompts if len(prompt) <= LONGEST][:MOST_PROMPTS])

    def keep_shapes(self, shapes: Favourites) -> None:
        self._keep(SHAPES, to_plain(shapes))

    def _keep(self, name: str, value: Plain) -> None:
        self._thread.ask(lambda engine: engine.session.keep_window(name, value), refused=_refused)


def remembered(engine: Engine) -> Remembered:
    """For the engine's thread."""
    told = {"prompts": engine.session.window(HISTORY) or [], "shapes": engine.session.window(SHAPES) or {}}
    try:
        return from_plain(Remembered, told)
    except (TypeError, ValueError) as error:
        logger.warning("what was remembered cannot be read: %s", error)
        return Remembered()


def _refused(error: HangaError) -> None:
    """Nobody is told: as with the draft, a disk that takes nothing speaks up elsewhere."""
    logger.warning("it is not remembered: %s", error)
