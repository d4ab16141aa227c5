"""From what a program wrote to a request that planning accepts: every value is read, bounded, and told if changed."""

from __future__ import annotations

import math
from typing import Any, Final

from core.library.foreign import handoff
from core.library.foreign.imported import MODEL_PRIVATE, Found, Imported
from core.library.foreign.names import match
from core.library.foreign.values import hash_of, model_name, real, whole
from core.planning.planner import DEFAULT_GUIDANCE, LARGEST_SEED, MOST_AESTHETIC, MOST_GUIDANCE
from core.planning.sizes import LARGEST, MOST_PIXELS, SMALLEST
from core.request import PROMPT_LIMIT, Guidance, Lora, MicroConditioning, Request, Size
from core.sampling.catalogue import CATALOGUE
from core.sampling.schedules import MOST_STEPS

BASE_GRID: Final = 32
REFINER_GRID: Final = 64
"""Multiples that the sides of SDXL's pictures must be of, without and with its refiner."""
MOST_LORAS: Final = 64
MOST_LORA_WEIGHT: Final = 10.0
UNNAMED: Final = Request(prompt="")


def settle(found: Found) -> Imported:
    """The request for what was found, with a note for everything that had to be changed."""
    sampler, schedule = _sampling(found)
    steps = _steps(found)
    refiner = _named(found, found.refiner, found.refiner_hash)
    width, height = _size(found, REFINER_GRID if refiner else BASE_GRID)
    prompt, prompt_2 = _text(found, found.prompt) or "", _text(found, found.prompt_2)
    negative, negative_2 = _text(found, found.negative) or "", _text(found, found.negative_2)
    request = Request(
        prompt=prompt,
        negative=negative,
        prompt_2=None if prompt_2 == prompt else prompt_2,
        negative_2=None if negative_2 == negative else negative_2,
        empty_negative=found.empty_negative,
        checkpoint=_checkpoint(found),
        refiner=refiner,
        vae=_vae(found),
        loras=_loras(found),
        width=width,
        height=height,
        steps=steps,
        sampler=sampler,
        schedule=schedule,
        guidance=_guidance(found),
        handoff=_handoff(found, steps, schedule or CATALOGUE[sampler].schedule),
        positive=_micro(found.positive, UNNAMED.positive),
        negative_conditioning=_micro(found.negative_conditioning, UNNAMED.negative_conditioning),
        seed=_seed(found),
    )
    return Imported(request, found.program, tuple(found.unmatched))


def _text(found: Found, value: object) -> str | None:
    """A prompt without what no prompt may hold, cut at the longest there may be; None for none."""
    if not isinstance(value, str):
        return None
    # Cut first: a prompt of megabytes is not worth looking through.
    text = value[: PROMPT_LIMIT + 1].replace("\0", "").encode("utf-8", "replace")
    if len(text) > PROMPT_LIMIT:
        found.note("foreign.prompt_cut", limit=PROMPT_LIMIT)
    return text[:PROMPT_LIMIT].decode("utf-8", "ignore").strip()


def _sampling(found: Found) -> tuple[str, str | None]:
    sampler, schedule = match(found.sampler, found.schedule, found.default_schedule)
    name = sampler.name or UNNAMED.sampler
    if not sampler.exact:
        found.note("foreign.sampler", name=found.sampler, used=name)
    if not schedule.exact:
        found.note("foreign.schedule", name=found.schedule, used=CATALOGUE[name].schedule)
    return name, schedule.name


def _steps(found: Found) -> int:
    if found.steps is None:
        return UNNAMED.steps
    asked = whole(found.steps)
    steps = UNNAMED.steps if asked is None or asked < 1 else min(asked, MOST_STEPS)
    if steps != asked:
        found.note("foreign.steps", value=found.steps, used=steps)
    return steps


def _seed(found: Found) -> int | None:
    seed = whole(found.seed)
    if found.seed is None or seed == -1:
        return None
    if seed is None or not 0 <= seed <= LARGEST_SEED:
        found.note("foreign.seed", value=found.seed)
        return None
    return seed


def _guidance(found: Found) -> Guidance:
    scale, rescale = real(found.guidance), real(found.rescale)
    used = None if scale is None else min(max(scale, 0.0), MOST_GUIDANCE)
    if found.guidance is not None and (used is None or used != scale):
        found.note("foreign.guidance", value=found.guidance, used=DEFAULT_GUIDANCE if used is None else used)
    return Guidance(scale=used, rescale=min(max(rescale or 0.0, 0.0), 1.0))


def _size(found: Found, grid: int) -> tuple[int | None, int | None]:
    """Both sides on the grid and within what planning allows, or neither."""
    width, height = whole(found.width), whole(found.height)
    if width is None or height is None or min(width, height) < 1:
        if (found.width, found.height) != (None, None):
            found.note("foreign.size_unknown", width=found.width, height=found.height)
        return None, None
    used = _allowed((width, height), grid)
    if used != (width, height):
        found.note("foreign.size", width=width, height=height, used_width=used[0], used_height=used[1])
    return used


def _allowed(size: Size, grid: int) -> Size:
    sides = [min(side, 10 * LARGEST) for side in size]
    shrink = min(1.0, LARGEST / max(sides), math.sqrt(MOST_PIXELS / (sides[0] * sides[1])))
    if shrink < 1.0:
        sides = [math.floor(side * shrink / grid) * grid for side in sides]
    width, height = (min(max(round(side / grid) * grid, SMALLEST), LARGEST) for side in sides)
    return width, height


def _checkpoint(found: Found) -> str:
    name = _named(found, found.model, found.model_hash)
    if name is None and all(note.code != MODEL_PRIVATE for note in found.unmatched):
        found.note("foreign.model_unnamed", used=UNNAMED.checkpoint)
    return name or UNNAMED.checkpoint


def _named(found: Found, name: object, digest: object) -> str | None:
    plain, known = model_name(name), hash_of(digest)
    if plain is not None and known:
        found.note("foreign.model_hash", name=plain, hash=known)
    return plain


def _vae(found: Found) -> str | None:
    """None for what programs call the model's own."""
    name = model_name(found.vae)
    return None if name is None or name.lower().startswith(("automatic", "none", "default")) else name


def _loras(found: Found) -> tuple[Lora, ...]:
    loras = []
    for name, weight in found.loras[:MOST_LORAS]:
        plain, number = model_name(name), real(weight)
        if plain is None or number is None:
            found.note("foreign.lora_unreadable", name=name, weight=weight)
            continue
        used = min(max(number, -MOST_LORA_WEIGHT), MOST_LORA_WEIGHT)
        if used != number:
            found.note("foreign.lora_weight", name=plain, value=number, used=used)
        loras.append(Lora(name=plain, weight=used))
    if len(found.loras) > MOST_LORAS:
        found.note("foreign.loras_too_many", count=len(found.loras), most=MOST_LORAS)
    return tuple(loras)


def _handoff(found: Found, steps: int, schedule: str) -> float:
    share, switch = real(found.handoff), real(found.switch)
    if share is not None:
        return min(max(share, 0.0), 1.0)
    if switch is None:
        return UNNAMED.handoff
    # The written share is rounded, so a hair above a step means that step.
    return handoff.after(math.ceil(min(max(switch, 0.0), 1.0) * steps - 1e-3), steps, schedule)


def _micro(members: dict[str, Any], own: MicroConditioning) -> MicroConditioning:
    aesthetic = real(members.get("aesthetic"))
    return MicroConditioning(
        original_size=_pair(members.get("original_size"), 1),
        crop=_pair(members.get("crop"), 0) or own.crop,
        target_size=_pair(members.get("target_size"), 1),
        aesthetic=own.aesthetic if aesthetic is None else min(max(aesthetic, 0.0), MOST_AESTHETIC),
    )


def _pair(value: object, least: int) -> tuple[int, int] | None:
    """Two whole numbers, neither below `least` nor beyond the largest side; None for what is none."""
    first, second = (whole(member) for member in value) if isinstance(value, tuple) else (None, None)
    if first is None or second is None:
        return None
    return min(max(first, least), LARGEST), min(max(second, least), LARGEST)
