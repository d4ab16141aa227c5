"""Models to choose from, as the Create page needs to know them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.widgets.shapes import Limits, tall_to_wide, trained_sizes
from core.architecture import LATENT_CHANNELS, LATENT_STRIDE
from core.errors import HangaError
from core.request import Size

if TYPE_CHECKING:
    from core.engine import Engine

logger = logging.getLogger(__name__)

PAPER_SIZE: Final = (1024, 1024)
PAPER_STEP: Final = 64
SMALLEST: Final = 64
LARGEST_SHARE: Final = 4
"""A side may be so many times the model's own: far more than it can use."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """`name` is what a request calls it, `title` what people read. `native`: the size it was trained on, whose sides
    lie on a grid of `step` pixels. `companion`: the refiner that belongs to it."""

    name: str
    title: str
    native: Size = PAPER_SIZE
    step: int = PAPER_STEP
    is_refiner: bool = False
    companion: str | None = None

    @property
    def limits(self) -> Limits:
        return Limits(step=self.step, least=SMALLEST, most=LARGEST_SHARE * max(self.native))

    def sized(self, ratio: float) -> Size:
        """The size it was trained on that comes nearest to width over height."""
        sizes = trained_sizes(self.native, self.step)
        return min(sizes, key=lambda size: abs(tall_to_wide(size)[0] / ratio - 1))


STARTER: Final = ModelFacts(
    name="starter", title="Hanga starter", native=(256, 256), step=32, companion="starter-refiner"
)
"""What there always is, until the engine has looked for more."""


def read_models(engine: Engine) -> list[ModelFacts]:
    """All that can make pictures, refiners among them. For the engine's thread: it reads the files' headers."""
    found = []
    for name in engine.models.names():
        try:
            facts = _read(engine, name)
        except HangaError as refusal:
            logger.info("%s is not offered: %s", name, refusal)
            continue
        if facts is not None:
            found.append(facts)
    return found


def _read(engine: Engine, name: str) -> ModelFacts | None:
    checkpoint = engine.models.describe(name)
    if checkpoint.unet is None or checkpoint.unet.in_channels != LATENT_CHANNELS:
        return None
    native = checkpoint.native_size or PAPER_SIZE
    halvings = LATENT_STRIDE << (len(checkpoint.unet.channel_mult) - 1)
    return ModelFacts(
        name=name,
        title=checkpoint.title or checkpoint.path.stem,
        native=native,
        step=max(halvings, PAPER_STEP if native[0] >= PAPER_SIZE[0] else 0),
        is_refiner=checkpoint.is_refiner,
        companion=engine.models.companion(name),
    )
