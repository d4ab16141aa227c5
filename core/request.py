"""Request: what the artist asked for. Everything that can change a pixel is here, and nothing else.

None means "as the model would have it"; planning fills it in. The same record is what the command line parses, the
queue keeps, a picture file carries and a preset stores.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SCHEMA = 1
"""Version of the records' JSON. A reader accepts its own and older ones."""

Size = tuple[int, int]
"""(width, height) in pixels, as people say it. Micro-conditioning turns it round when it is applied."""

AUTO = "auto"

EXACT = "exact"
EIGHT_BITS = "8bit"

PROMPT_LIMIT = 65536
"""Longest prompt, in bytes of UTF-8."""


@dataclass(frozen=True, kw_only=True)
class MicroConditioning:
    """What the model is told about the imagined original (paper, section 2.2). None: as the picture's own size."""

    original_size: Size | None = None
    crop: tuple[int, int] = (0, 0)
    """(top, left) in pixels of the original."""
    target_size: Size | None = None
    aesthetic: float = 6.0


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """Classifier-free guidance: its scale (1 is off), the share of rescaling (Lin et al.), and the part of the run,
    in fractions of its steps, during which it acts."""

    scale: float | None = None
    rescale: float = 0.0
    interval: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Lora:
    """A low-rank adapter by file or name, and how strongly it acts: 1 as it was trained, 0 not at all."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Request:
    prompt: str
    negative: str = ""
    prompt_2: str | None = None
    negative_2: str | None = None
    empty_negative: str = "encode"
    """What an empty negative prompt becomes: "encode" (its encoding) or "zero" (zeros)."""

    checkpoint: str = "starter"
    refiner: str | None = AUTO
    """A file or name, None for no second stage, "auto" for the one that belongs to the checkpoint, if any."""
    vae: str | None = None
    loras: tuple[Lora, ...] = ()

    width: int | None = None
    height: int | None = None
    aspect: str | None = None
    """"3:2" and the like: the size is then the model's own area in that shape."""
    steps: int = 25
    sampler: str = "euler"
    schedule: str | None = None
    """None: the one that the sampler is best with."""
    guidance: Guidance = field(default_factory=Guidance)
    handoff: float = 0.8
    """The refiner takes over where this share of the noise levels is done: 0.8 leaves it the 200 lowest of 1,000."""
    positive: MicroConditioning = field(default_factory=MicroConditioning)
    negative_conditioning: MicroConditioning = field(default_factory=lambda: MicroConditioning(aesthetic=2.5))

    step_cache: int = 1
    """Lossy: so many steps share what the first of them makes of all levels but the finest. 1: none do."""
    merge_tokens: float = 0.0
    """Lossy: the share of cells, those most like others, that the finest attention leaves out."""
    weights: str = EXACT
    """How the weights of the UNets lie in memory: "exact", or "8bit", which is lossy: half the bytes, rounded."""

    seed: int | None = None
    count: int = 1
    device: str = AUTO
    dtype: str = AUTO
    schema: int = SCHEMA


def given_up(request: Request) -> dict[str, object]:
    """What it gives up for speed or memory, by name; nothing where all of it is exact."""
    exact, asked = _lossy(Request(prompt="")), _lossy(request)
    return {name: value for name, value in asked.items() if value != exact[name]}


def _lossy(request: Request) -> dict[str, object]:
    return {
        "step_cache": request.step_cache,
        "merge_tokens": request.merge_tokens,
        "weights": request.weights,
        "guidance_interval": request.guidance.interval,
    }
